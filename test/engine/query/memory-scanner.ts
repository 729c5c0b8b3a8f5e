/**
 * The scanner over points kept as objects: what storage has to answer, computed in the plainest way. `aggregate` gives
 * null, so everything goes through the operators.
 */

import { toInteger } from '../../../src/engine/domain/cast-column.js'
import { type Column, setValid, validityWordCount } from '../../../src/engine/domain/column.js'
import { compileRegex } from '../../../src/engine/domain/compile-regex.js'
import { emptyColumn } from '../../../src/engine/domain/empty-column.js'
import { isNumeric } from '../../../src/engine/domain/field-type.js'
import { isInside } from '../../../src/engine/domain/time-range.js'
import type { Expr } from '../../../src/engine/influxql/ast.js'
import {
  type AggregateRequest,
  type GroupAggregates,
  type GroupRows,
  referredField,
  type ScanField,
  type Scanner,
  type ScanRequest,
} from '../../../src/engine/query/scan.js'
import type { FieldValue, MemoryDatabase, StoredPoint, StoredValue } from './memory-database.js'

export class MemoryScanner implements Scanner {
  readonly #database: MemoryDatabase
  readonly #pieceRowCountMax: number

  /** `pieceRowCountMax`: rows of a group handed out at once. */
  constructor(database: MemoryDatabase, pieceRowCountMax = Number.POSITIVE_INFINITY) {
    this.#database = database
    this.#pieceRowCountMax = pieceRowCountMax
  }

  async *scan(request: ScanRequest): AsyncGenerator<GroupRows> {
    for (let group = 0; group < request.groups.length; group++) {
      const points = this.#pointsOf(request, group)
      for (let start = 0; start < points.length; start += this.#pieceRowCountMax) {
        yield rowsOf(request, group, points.slice(start, start + this.#pieceRowCountMax))
      }
    }
  }

  aggregate(_request: AggregateRequest): AsyncIterable<GroupAggregates> | null {
    return null
  }

  #pointsOf(request: ScanRequest, group: number): StoredPoint[] {
    const outputs = request.fields.slice(0, request.outputFieldCount)
    const order = new Map<number, number>()
    const filters = new Map<number, Expr | null>()
    for (const { series, filter } of request.groups[group].parts) {
      for (const ordinal of series) {
        order.set(ordinal, order.size)
        filters.set(ordinal, filter)
      }
    }
    const points = this.#database.points(request.table).filter((point) => {
      if (!filters.has(point.series) || !isInside(request.range, point.timeNs)) return false
      if (outputs.every((field) => read(point, field) === null)) return false
      const filter = filters.get(point.series) ?? null
      return filter === null || evaluate(filter, point, request.fields) === true
    })
    const direction = request.isDescending ? -1 : 1
    points.sort((a, b) => {
      if (a.timeNs !== b.timeNs) return a.timeNs < b.timeNs ? -direction : direction
      return order.get(a.series)! - order.get(b.series)!
    })
    return request.rowLimitPerGroup > 0 ? points.slice(0, request.rowLimitPerGroup) : points
  }
}

function rowsOf(request: ScanRequest, group: number, points: readonly StoredPoint[]): GroupRows {
  return {
    group,
    rowCount: points.length,
    timestamps: BigInt64Array.from(points, (point) => point.timeNs),
    series: Uint32Array.from(points, (point) => point.series),
    columns: request.fields.slice(0, request.outputFieldCount).map((field) => columnOf(field, points)),
  }
}

function columnOf(field: ScanField, points: readonly StoredPoint[]): Column {
  const column = emptyColumn(field.type, points.length)
  const validity = new Uint32Array(validityWordCount(points.length))
  points.forEach((point, row) => {
    const value = read(point, field)
    if (value === null) return
    column.values[row] = typeof value === 'boolean' ? Number(value) : value
    setValid(validity, row)
  })
  return { ...column, validity } as Column
}

/** A point's value of a field as the scan wants it. */
function read(point: StoredPoint, field: ScanField): FieldValue | null {
  const stored = point.fields.get(field.name)
  if (stored === undefined) return null
  if (stored.type === field.type) return stored.value
  if (!isNumeric(stored.type) || !isNumeric(field.type)) return null
  const number = stored.value as number | bigint
  return field.type === 'float' ? Number(number) : toInteger(number)
}

function evaluate(expr: Expr, point: StoredPoint, fields: readonly ScanField[]): FieldValue | RegExp | null {
  switch (expr.kind) {
    case 'paren':
      return evaluate(expr.expr, point, fields)
    case 'varref': {
      const stored = point.fields.get(expr.name)
      return stored === undefined ? null : asField(stored, fields[referredField(fields, expr)])
    }
    case 'number':
    case 'integer':
    case 'unsigned':
    case 'string':
    case 'boolean':
      return expr.value
    case 'duration':
    case 'time':
      return expr.ns
    case 'binary':
      return evaluateBinary(expr, point, fields)
    default:
      return null
  }
}

function asField(stored: StoredValue, field: ScanField): FieldValue | null {
  return read({ series: 0, timeNs: 0n, fields: new Map([[field.name, stored]]) }, field)
}

function evaluateBinary(
  expr: Extract<Expr, { kind: 'binary' }>,
  point: StoredPoint,
  fields: readonly ScanField[],
): FieldValue | null {
  const a = evaluate(expr.lhs, point, fields) as FieldValue | null
  if (expr.op === '=~' || expr.op === '!~') {
    if (typeof a !== 'string' || expr.rhs.kind !== 'regex') return false
    return compileRegex(expr.rhs.source).test(a) === (expr.op === '=~')
  }
  const b = evaluate(expr.rhs, point, fields) as FieldValue | null
  if (expr.op === 'AND') return a === true && b === true
  if (expr.op === 'OR') return a === true || b === true
  const isArithmetic = '+-*/%&|^'.includes(expr.op)
  if (a === null || b === null) return isArithmetic ? null : false
  const isNumber = isNumberValue(a) && isNumberValue(b)
  if (!isNumber && typeof a !== typeof b) return isArithmetic ? null : false
  if (isArithmetic) return isNumber ? arithmetic(expr.op, a, b) : null
  return compare(expr.op, a, b)
}

function isNumberValue(value: FieldValue): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint'
}

function compare(op: string, a: FieldValue, b: FieldValue): boolean {
  switch (op) {
    case '=':
      return isNumberValue(a) && isNumberValue(b) ? a >= b && a <= b : a === b
    case '!=':
      return isNumberValue(a) && isNumberValue(b) ? a < b || a > b : a !== b
  }
  if (!isNumberValue(a) || !isNumberValue(b)) return false
  switch (op) {
    case '<':
      return a < b
    case '<=':
      return a <= b
    case '>':
      return a > b
    default:
      return a >= b
  }
}

function arithmetic(op: string, a: number | bigint, b: number | bigint): number | bigint {
  if (typeof a === 'bigint' && typeof b === 'bigint' && op !== '/') return BigInt.asIntN(64, integers(op, a, b))
  const [x, y] = [Number(a), Number(b)]
  switch (op) {
    case '+':
      return x + y
    case '-':
      return x - y
    case '*':
      return x * y
    case '/':
      return y === 0 ? 0 : x / y
    default:
      return x % y
  }
}

function integers(op: string, a: bigint, b: bigint): bigint {
  switch (op) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '%':
      return b === 0n ? 0n : a % b
    case '&':
      return a & b
    case '|':
      return a | b
    default:
      return a ^ b
  }
}
