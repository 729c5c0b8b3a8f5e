/**
 * A condition, row by row, by InfluxDB's own rules for types: integers against floats compare as floats, integer division
 * truncates, division by zero is zero, values of different kinds are never equal nor unequal, and what is missing makes a
 * comparison false. Only beside a boolean, and only in rows that come out of a subquery, does a missing value count as
 * false. Source: answers of influxd 1.6.7.
 */

import { toInteger } from '../../domain/cast-column.js'
import { type Column, isValid } from '../../domain/column.js'
import { compileRegex } from '../../domain/compile-regex.js'
import type { BinaryOperator, Expr } from '../../influxql/ast.js'
import { operandsOf } from '../../influxql/logic-chain.js'
import type { Call, VarRef } from '../../influxql/walk-expr.js'
import { isMathFunction, mathOf } from './math-functions.js'

type Value = number | bigint | string | boolean | null
type Binary = Extract<Expr, { kind: 'binary' }>
type RowFunction = (row: number) => Value

/** The column that a reference reads, before its cast, or null when rows have no such thing. */
export type ColumnLookup = (reference: VarRef) => Column | null

export type MissingBoolean = 'missing' | 'false'

/** True for rows that satisfy `condition`. */
export function compileRowCondition(
  condition: Expr,
  columnOf: ColumnLookup,
  missingBoolean: MissingBoolean,
): (row: number) => boolean {
  const evaluate = compileRow(condition, columnOf, missingBoolean)
  return (row) => evaluate(row) === true
}

function compileRow(expr: Expr, columnOf: ColumnLookup, missingBoolean: MissingBoolean): RowFunction {
  switch (expr.kind) {
    case 'paren':
      return compileRow(expr.expr, columnOf, missingBoolean)
    case 'varref':
      return castValue(columnValue(columnOf(expr)), expr.type)
    case 'call':
      return compileCall(expr, columnOf, missingBoolean)
    case 'number':
    case 'integer':
    case 'unsigned':
    case 'string':
    case 'boolean': {
      const { value } = expr
      return () => value
    }
    case 'binary':
      return compileBinary(expr, columnOf, missingBoolean)
    default:
      return () => null
  }
}

function columnValue(column: Column | null): RowFunction {
  if (column === null) return () => null
  const { values, validity } = column
  if (column.type === 'boolean') return (row) => (isValid(validity, row) ? column.values[row] !== 0 : null)
  return (row) => (isValid(validity, row) ? (values[row] as number | bigint | string) : null)
}

/** `field::type`: numbers as other numbers, anything else only as what it is. */
function castValue(read: RowFunction, type: VarRef['type']): RowFunction {
  if (type === 'float') return (row) => ifNumber(read(row), Number)
  if (type === 'integer') return (row) => ifNumber(read(row), toInteger)
  return read
}

function ifNumber(value: Value, cast: (value: number | bigint) => number | bigint): Value {
  return isNumber(value) ? cast(value) : null
}

/** A function of anything but numbers has no value; a root of -1 is NaN, which is unequal to all. */
function compileCall({ name, args }: Call, columnOf: ColumnLookup, missingBoolean: MissingBoolean): RowFunction {
  if (!isMathFunction(name)) return () => null
  const [first, second] = args.map((argument) => compileRow(argument, columnOf, missingBoolean))
  if (second === undefined) return (row) => ifNumber(first(row), (value) => mathOf(name, value, null))
  return (row) => {
    const value = first(row)
    const parameter = second(row)
    return isNumber(value) && isNumber(parameter) ? mathOf(name, value, parameter) : null
  }
}

function compileBinary(expr: Binary, columnOf: ColumnLookup, missingBoolean: MissingBoolean): RowFunction {
  if (expr.op === 'AND' || expr.op === 'OR') return compileLogic(expr, expr.op, columnOf, missingBoolean)
  const lhs = compileRow(expr.lhs, columnOf, missingBoolean)
  if (expr.op === '=~' || expr.op === '!~') {
    const matches = compileMatch(expr.rhs)
    const isNegated = expr.op === '!~'
    return (row) => {
      const text = lhs(row)
      return typeof text === 'string' && matches(text) !== isNegated
    }
  }
  const rhs = compileRow(expr.rhs, columnOf, missingBoolean)
  const { op } = expr
  if (missingBoolean === 'missing') return (row) => applyOperator(op, lhs(row), rhs(row))
  return (row) => {
    const a = lhs(row)
    const b = rhs(row)
    return applyOperator(op, orFalse(a, b, false), orFalse(b, a, false))
  }
}

/** A chain of thousands of operands is walked in a loop. */
function compileLogic(
  chain: Binary,
  op: 'AND' | 'OR',
  columnOf: ColumnLookup,
  missingBoolean: MissingBoolean,
): RowFunction {
  const operands = operandsOf(chain, op).map((operand) => compileRow(operand, columnOf, missingBoolean))
  const ifMissing = missingBoolean === 'false' ? false : null
  return (row) => {
    let result = operands[0](row)
    for (let i = 1; i < operands.length; i++) {
      const other = operands[i](row)
      result = applyOperator(op, orFalse(result, other, ifMissing), orFalse(other, result, ifMissing))
    }
    return result
  }
}

/** What a missing value beside a boolean is. */
function orFalse(value: Value, other: Value, ifMissing: Value): Value {
  return value === null && typeof other === 'boolean' ? ifMissing : value
}

function compileMatch(pattern: Expr): (text: string) => boolean {
  if (pattern.kind !== 'regex') return () => false
  const regex = compileRegex(pattern.source)
  return (text) => regex.test(text)
}

function applyOperator(op: BinaryOperator, lhs: Value, rhs: Value): Value {
  if (typeof lhs === 'boolean' && typeof rhs === 'boolean') return applyToBooleans(op, lhs, rhs)
  if (typeof lhs === 'bigint' && typeof rhs === 'bigint') return applyToIntegers(op, lhs, rhs)
  if (isNumber(lhs) && isNumber(rhs)) return applyToFloats(op, Number(lhs), Number(rhs))
  if (typeof lhs === 'string' && typeof rhs === 'string') {
    if (op === '=') return lhs === rhs
    return op === '!=' ? lhs !== rhs : null
  }
  return isComparison(op) ? false : null
}

function isNumber(value: Value): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint'
}

function isComparison(op: BinaryOperator): boolean {
  return op === '=' || op === '!=' || op === '<' || op === '<=' || op === '>' || op === '>='
}

function applyToBooleans(op: BinaryOperator, lhs: boolean, rhs: boolean): Value {
  switch (op) {
    case 'AND':
    case '&':
      return lhs && rhs
    case 'OR':
    case '|':
      return lhs || rhs
    case '^':
    case '!=':
      return lhs !== rhs
    case '=':
      return lhs === rhs
    default:
      return isComparison(op) ? false : null
  }
}

function applyToIntegers(op: BinaryOperator, lhs: bigint, rhs: bigint): Value {
  switch (op) {
    case '=':
      return lhs === rhs
    case '!=':
      return lhs !== rhs
    case '<':
      return lhs < rhs
    case '<=':
      return lhs <= rhs
    case '>':
      return lhs > rhs
    case '>=':
      return lhs >= rhs
    case '+':
      return BigInt.asIntN(64, lhs + rhs)
    case '-':
      return BigInt.asIntN(64, lhs - rhs)
    case '*':
      return BigInt.asIntN(64, lhs * rhs)
    case '/':
      return rhs === 0n ? 0n : lhs / rhs
    case '%':
      return rhs === 0n ? 0n : lhs % rhs
    case '&':
      return lhs & rhs
    case '|':
      return lhs | rhs
    case '^':
      return lhs ^ rhs
    default:
      return null
  }
}

function applyToFloats(op: BinaryOperator, lhs: number, rhs: number): Value {
  switch (op) {
    case '=':
      return lhs === rhs
    case '!=':
      return lhs !== rhs
    case '<':
      return lhs < rhs
    case '<=':
      return lhs <= rhs
    case '>':
      return lhs > rhs
    case '>=':
      return lhs >= rhs
    case '+':
      return lhs + rhs
    case '-':
      return lhs - rhs
    case '*':
      return lhs * rhs
    case '/':
      return rhs === 0 ? 0 : lhs / rhs
    case '%':
      return lhs % rhs
    default:
      return null
  }
}
