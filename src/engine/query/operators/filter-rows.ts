/**
 * A condition over the rows of a subquery → which rows pass. Comparisons with a missing value are false, and so are
 * comparisons between types that cannot be compared.
 */

import { type Column, isValid } from '../../domain/column.js'
import { compileRegex } from '../../domain/compile-regex.js'
import type { BinaryOperator, Expr } from '../../influxql/ast.js'

/** The column of a name, or null when rows have no such thing. */
export type ColumnLookup = (name: string) => Column | null

type RowValue = number | bigint | string | boolean | null
type RowFunction = (row: number) => RowValue

export function filterRows(condition: Expr, rowCount: number, columnOf: ColumnLookup): Int32Array {
  const evaluate = compile(condition, columnOf)
  const rows: number[] = []
  for (let row = 0; row < rowCount; row++) if (evaluate(row) === true) rows.push(row)
  return Int32Array.from(rows)
}

function compile(expr: Expr, columnOf: ColumnLookup): RowFunction {
  switch (expr.kind) {
    case 'paren':
      return compile(expr.expr, columnOf)
    case 'varref':
      return readColumn(columnOf(expr.name))
    case 'number':
    case 'integer':
    case 'unsigned':
    case 'string':
    case 'boolean': {
      const { value } = expr
      return () => value
    }
    case 'binary':
      return compileBinary(expr.op, expr.lhs, expr.rhs, columnOf)
    default:
      return () => null
  }
}

function readColumn(column: Column | null): RowFunction {
  if (column === null) return () => null
  const { validity, values } = column
  if (column.type === 'boolean') return (row) => (isValid(validity, row) ? values[row] !== 0 : null)
  return (row) => (isValid(validity, row) ? values[row] : null)
}

function compileBinary(op: BinaryOperator, left: Expr, right: Expr, columnOf: ColumnLookup): RowFunction {
  const lhs = compile(left, columnOf)
  if (op === '=~' || op === '!~') {
    if (right.kind !== 'regex') return () => false
    const regex = compileRegex(right.source)
    return (row) => {
      const text = lhs(row)
      return typeof text === 'string' && regex.test(text) === (op === '=~')
    }
  }
  const rhs = compile(right, columnOf)
  if (op === 'AND') return (row) => lhs(row) === true && rhs(row) === true
  if (op === 'OR') return (row) => lhs(row) === true || rhs(row) === true
  return (row) => combine(op, lhs(row), rhs(row))
}

function combine(op: BinaryOperator, a: RowValue, b: RowValue): RowValue {
  if (isNumber(a) && isNumber(b)) return combineNumbers(op, a, b)
  const isComparable = a !== null && typeof a === typeof b
  if (op === '=') return isComparable && a === b
  if (op === '!=') return isComparable && a !== b
  return op === '<' || op === '<=' || op === '>' || op === '>=' ? false : null
}

function isNumber(value: RowValue): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint'
}

/** JavaScript compares floats and bigints exactly. */
function combineNumbers(op: BinaryOperator, a: number | bigint, b: number | bigint): RowValue {
  switch (op) {
    case '=':
      return a >= b && a <= b
    case '!=':
      return a < b || a > b
    case '<':
      return a < b
    case '<=':
      return a <= b
    case '>':
      return a > b
    case '>=':
      return a >= b
    default:
      return typeof a === 'bigint' && typeof b === 'bigint'
        ? combineIntegers(op, a, b)
        : combineFloats(op, Number(a), Number(b))
  }
}

function combineIntegers(op: BinaryOperator, a: bigint, b: bigint): RowValue {
  switch (op) {
    case '/':
      return b === 0n ? 0 : Number(a) / Number(b)
    case '%':
      return b === 0n ? 0n : a % b
    case '&':
      return a & b
    case '|':
      return a | b
    case '^':
      return a ^ b
    case '+':
      return BigInt.asIntN(64, a + b)
    case '-':
      return BigInt.asIntN(64, a - b)
    default:
      return BigInt.asIntN(64, a * b)
  }
}

function combineFloats(op: BinaryOperator, a: number, b: number): RowValue {
  switch (op) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '/':
      return b === 0 ? 0 : a / b
    case '%':
      return a % b
    default:
      return null
  }
}
