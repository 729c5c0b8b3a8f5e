/**
 * Arithmetic between the columns of a row table, column by column. Types were settled when the statement was
 * normalised. The rules are influxd 1.6.7's: a division by zero is 0, integers divided are a float, integers wrap,
 * a missing operand makes the result missing except that beside a boolean it counts as false, NaN is a value
 * until the answer is printed.
 */

import { type Column, type ColumnType, isValid, setValid, validityWordCount } from '../../domain/column.js'
import { emptyColumn, missingColumn } from '../../domain/empty-column.js'
import { assert } from '../../domain/errors.js'
import { applyMath, type MathFunction } from './math-functions.js'
import type { Value } from './series-builder.js'

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '&' | '|' | '^'

/** An expression over the columns of a row table. */
export type PlanExpr =
  | { readonly kind: 'column'; readonly index: number; readonly type: ColumnType }
  /** Only while a statement is compiled: a field or tag by its index among the plan's refs. */
  | { readonly kind: 'ref'; readonly index: number; readonly type: ColumnType }
  | { readonly kind: 'literal'; readonly value: Value; readonly type: ColumnType }
  /** A name that is neither field nor tag. */
  | { readonly kind: 'missing'; readonly type: ColumnType }
  | {
      readonly kind: 'math'
      readonly function: MathFunction
      readonly args: readonly PlanExpr[]
      readonly type: ColumnType
    }
  | {
      readonly kind: 'binary'
      readonly op: ArithmeticOperator
      readonly lhs: PlanExpr
      readonly rhs: PlanExpr
      readonly type: ColumnType
    }

export function evaluate(expr: PlanExpr, columns: readonly Column[], rowCount: number): Column {
  switch (expr.kind) {
    case 'column':
      return columns[expr.index]
    case 'ref':
      throw new Error('refs are placed among columns before rows are read')
    case 'missing':
      return missingColumn(expr.type, rowCount)
    case 'literal': {
      const column = emptyColumn(expr.type, rowCount)
      column.values.fill(expr.value as never)
      return column
    }
    case 'math':
      return applyMath(
        expr.function,
        expr.type,
        expr.args.map((argument) => evaluate(argument, columns, rowCount)),
        rowCount,
      )
    case 'binary':
      return evaluateBinary(expr, columns, rowCount)
  }
}

type Binary = Extract<PlanExpr, { kind: 'binary' }>

function evaluateBinary(expr: Binary, columns: readonly Column[], rowCount: number): Column {
  const lhs = evaluate(expr.lhs, columns, rowCount)
  const rhs = evaluate(expr.rhs, columns, rowCount)
  if (expr.type === 'boolean') return combineBooleans(expr.op, lhs, rhs, rowCount)
  const validity = bothValid(lhs.validity, rhs.validity, rowCount)
  if (expr.type === 'float') {
    const values = FLOAT[expr.op as FloatOperator](toFloats(lhs, rowCount), toFloats(rhs, rowCount), rowCount)
    return { type: 'float', values, validity }
  }
  return { ...combineIntegers(expr.op, expr.type, lhs, rhs, rowCount), validity } as Column
}

function bothValid(a: Uint32Array | null, b: Uint32Array | null, rowCount: number): Uint32Array | null {
  if (a === null || b === null) return a ?? b
  const both = new Uint32Array(validityWordCount(rowCount))
  for (let word = 0; word < both.length; word++) both[word] = a[word] & b[word]
  return both
}

function toFloats(column: Column, rowCount: number): Float64Array {
  if (column.type === 'float') return column.values
  const floats = new Float64Array(rowCount)
  for (let row = 0; row < rowCount; row++) floats[row] = Number(column.values[row])
  return floats
}

type FloatOperator = '+' | '-' | '*' | '/' | '%'
type FloatLoop = (a: Float64Array, b: Float64Array, rowCount: number) => Float64Array

const FLOAT: Record<FloatOperator, FloatLoop> = {
  '+': (a, b, rowCount) => {
    const out = new Float64Array(rowCount)
    for (let row = 0; row < rowCount; row++) out[row] = a[row] + b[row]
    return out
  },
  '-': (a, b, rowCount) => {
    const out = new Float64Array(rowCount)
    for (let row = 0; row < rowCount; row++) out[row] = a[row] - b[row]
    return out
  },
  '*': (a, b, rowCount) => {
    const out = new Float64Array(rowCount)
    for (let row = 0; row < rowCount; row++) out[row] = a[row] * b[row]
    return out
  },
  '/': (a, b, rowCount) => {
    const out = new Float64Array(rowCount)
    for (let row = 0; row < rowCount; row++) out[row] = b[row] === 0 ? 0 : a[row] / b[row]
    return out
  },
  '%': (a, b, rowCount) => {
    const out = new Float64Array(rowCount)
    for (let row = 0; row < rowCount; row++) out[row] = a[row] % b[row]
    return out
  },
}

const INTEGER: Record<ArithmeticOperator, (a: bigint, b: bigint) => bigint> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => (b === 0n ? 0n : a / b),
  '%': (a, b) => (b === 0n ? 0n : a % b),
  '&': (a, b) => a & b,
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
}

/** Storing into the typed array cuts the result to 64 bits, as Go's integers wrap. */
function combineIntegers(op: ArithmeticOperator, type: ColumnType, lhs: Column, rhs: Column, rowCount: number): Column {
  assert(type === 'integer' || type === 'unsigned', `integer expression expected, got ${type}`)
  const out = emptyColumn(type, rowCount)
  const combine = INTEGER[op]
  const a = lhs.values as BigInt64Array
  const b = rhs.values as BigInt64Array
  for (let row = 0; row < rowCount; row++) out.values[row] = combine(a[row], b[row])
  return out
}

/** Beside a value of another type, a boolean gives false. */
function combineBooleans(op: ArithmeticOperator, lhs: Column, rhs: Column, rowCount: number): Column {
  const values = new Uint8Array(rowCount)
  const validity = new Uint32Array(validityWordCount(rowCount))
  for (let row = 0; row < rowCount; row++) {
    const isLeftValid = isValid(lhs.validity, row)
    const isRightValid = isValid(rhs.validity, row)
    const isForeign = isRightValid && rhs.type !== 'boolean'
    if (!isLeftValid && (!isRightValid || isForeign)) continue
    setValid(validity, row)
    if (isForeign) continue
    const a = isLeftValid ? Number(lhs.values[row]) : 0
    const b = isRightValid ? Number(rhs.values[row]) : 0
    values[row] = op === '&' ? a & b : op === '|' ? a | b : a ^ b
  }
  return { type: 'boolean', values, validity }
}

/** A float that is no number is missing in an answer. */
export function withoutNaN(column: Column, rowCount: number): Column {
  if (column.type !== 'float') return column
  let validity: Uint32Array | null = null
  for (let row = 0; row < rowCount; row++) {
    if (!Number.isNaN(column.values[row])) continue
    validity ??= column.validity?.slice() ?? new Uint32Array(validityWordCount(rowCount)).fill(0xffffffff)
    validity[row >>> 5] &= ~(1 << (row & 31))
  }
  return validity === null ? column : { ...column, validity }
}
