/**
 * What can be computed before any row is read: `now()`, arithmetic and comparisons of literals, and AND and OR with a
 * side that is known. Everything else stays as it is. The table of which literals go together, and what they give, is
 * InfluxDB's (answers of influxd 1.6.7): a string that looks like a time is one beside times, durations and integers; an
 * integer beside a duration is a time.
 */

import type { BinaryOperator, Expr } from './ast.js'
import { foldMath, isLiteral } from './fold-math.js'
import { isTimeLiteral, parseTimeLiteral } from './time-literal.js'
import { isArithmetic } from './token.js'
import { rewriteExpr } from './walk-expr.js'

export interface FoldContext {
  readonly nowNs: bigint
  /** Takes a wall-clock reading to its instant; null = UTC. */
  readonly localToUtc: ((localNs: bigint) => bigint) | null
}

type Binary = Extract<Expr, { kind: 'binary' }>
type Literal<K extends Expr['kind']> = Extract<Expr, { kind: K }>

/** Without a context `now()` stays a call, and times are UTC. */
export function foldLiterals(expr: Expr, context: FoldContext | null): Expr {
  return rewriteExpr(expr, (node) => foldNode(node, context))
}

function foldNode(node: Expr, context: FoldContext | null): Expr {
  switch (node.kind) {
    case 'call':
      if (node.name !== 'now') return foldMath(node) ?? node
      return context === null || node.args.length > 0 ? node : { kind: 'time', ns: context.nowNs }
    case 'paren':
      return node.expr.kind === 'binary' ? node : node.expr
    case 'binary':
      return foldLogic(node) ?? foldBinary(node, context) ?? node
    default:
      return node
  }
}

/** One side decides, or leaves it to the other. */
function foldLogic({ op, lhs, rhs }: Binary): Expr | null {
  if (op !== 'AND' && op !== 'OR') return null
  const decisive = op === 'OR'
  if (lhs.kind === 'boolean' && lhs.value === decisive) return lhs
  if (rhs.kind === 'boolean' && rhs.value === decisive) return rhs
  if (lhs.kind === 'boolean') return rhs
  return rhs.kind === 'boolean' ? lhs : null
}

function foldBinary({ op, lhs, rhs }: Binary, context: FoldContext | null): Expr | null {
  if (lhs.kind === 'nil' || rhs.kind === 'nil') return foldNil(op, lhs, rhs)
  switch (lhs.kind) {
    case 'boolean':
      return rhs.kind === 'boolean' ? foldBooleans(op, lhs.value, rhs.value) : null
    case 'duration':
      return foldDuration(op, lhs, timeOr(rhs, context))
    case 'integer':
      return foldInteger(op, lhs, timeOr(rhs, context))
    case 'unsigned':
      return foldUnsigned(op, lhs, rhs)
    case 'number':
      return foldNumber(op, lhs.value, rhs)
    case 'string':
      return foldString(op, lhs, rhs, context)
    case 'time':
      return foldTime(op, lhs, timeOr(rhs, context))
    default:
      return null
  }
}

/** Nil equals nothing and differs from nothing; arithmetic with it has no value. */
function foldNil(op: BinaryOperator, lhs: Expr, rhs: Expr): Expr | null {
  if (isArithmetic(op)) return isLiteral(lhs) && isLiteral(rhs) ? { kind: 'nil' } : null
  return lhs.kind === 'nil' && (op === '=' || op === '!=') ? boolean(false) : null
}

/** A string that looks like a time, as that time. */
function timeOr(expr: Expr, context: FoldContext | null): Expr {
  if (expr.kind !== 'string' || !isTimeLiteral(expr.value)) return expr
  const ns = parseTimeLiteral(expr.value, context?.localToUtc ?? null)
  return ns === null ? expr : { kind: 'time', ns }
}

function boolean(value: boolean): Expr {
  return { kind: 'boolean', value }
}

function foldBooleans(op: BinaryOperator, a: boolean, b: boolean): Expr | null {
  switch (op) {
    case '=':
      return boolean(a === b)
    case '!=':
    case '^':
      return boolean(a !== b)
    case '&':
      return boolean(a && b)
    case '|':
      return boolean(a || b)
    default:
      return null
  }
}

/** Mixed comparisons of bigint and number are exact in JavaScript. */
function compare(op: BinaryOperator, a: bigint | number, b: bigint | number): Expr | null {
  switch (op) {
    case '=':
      return boolean(a >= b && a <= b)
    case '!=':
      return boolean(a < b || a > b)
    case '<':
      return boolean(a < b)
    case '<=':
      return boolean(a <= b)
    case '>':
      return boolean(a > b)
    case '>=':
      return boolean(a >= b)
    default:
      return null
  }
}

function foldDuration(op: BinaryOperator, { ns }: Literal<'duration'>, rhs: Expr): Expr | null {
  switch (rhs.kind) {
    case 'duration':
      if (op === '+') return { kind: 'duration', ns: int64(ns + rhs.ns) }
      if (op === '-') return { kind: 'duration', ns: int64(ns - rhs.ns) }
      return compare(op, ns, rhs.ns)
    case 'number':
      // InfluxDB drops the number's fraction first.
      return foldDuration(op, { kind: 'duration', ns }, { kind: 'integer', value: int64FromNumber(rhs.value) })
    case 'integer':
      if (op === '*') return { kind: 'duration', ns: int64(ns * rhs.value) }
      if (op === '/') return { kind: 'duration', ns: rhs.value === 0n ? 0n : ns / rhs.value }
      return null
    case 'time':
      return op === '+' ? { kind: 'time', ns: ns + rhs.ns } : null
    default:
      return null
  }
}

function foldInteger(op: BinaryOperator, lhs: Literal<'integer'>, rhs: Expr): Expr | null {
  switch (rhs.kind) {
    case 'integer':
      return foldIntegers(op, lhs.value, rhs.value)
    case 'number':
      return foldNumbers(op, Number(lhs.value), rhs.value)
    case 'unsigned':
      return foldUnsigneds(op, BigInt.asUintN(64, lhs.value), rhs.value)
    case 'duration':
      if (op === '+') return { kind: 'time', ns: lhs.value + rhs.ns }
      return op === '-' ? { kind: 'time', ns: lhs.value - rhs.ns } : null
    case 'time':
      return foldDuration(op, { kind: 'duration', ns: lhs.value }, rhs)
    default:
      return null
  }
}

function foldIntegers(op: BinaryOperator, a: bigint, b: bigint): Expr | null {
  switch (op) {
    case '+':
      return { kind: 'integer', value: int64(a + b) }
    case '-':
      return { kind: 'integer', value: int64(a - b) }
    case '*':
      return { kind: 'integer', value: int64(a * b) }
    case '/':
      // The quotient of two integers is a float in InfluxQL.
      return { kind: 'number', value: b === 0n ? 0 : Number(a) / Number(b) }
    case '%':
      return { kind: 'integer', value: b === 0n ? 0n : a % b }
    case '&':
      return { kind: 'integer', value: a & b }
    case '|':
      return { kind: 'integer', value: a | b }
    case '^':
      return { kind: 'integer', value: a ^ b }
    default:
      return compare(op, a, b)
  }
}

function foldUnsigned(op: BinaryOperator, lhs: Literal<'unsigned'>, rhs: Expr): Expr | null {
  switch (rhs.kind) {
    case 'unsigned':
      return foldUnsigneds(op, lhs.value, rhs.value)
    case 'integer':
      return foldUnsigneds(op, lhs.value, BigInt.asUintN(64, rhs.value))
    case 'number':
      return foldNumbers(op, Number(lhs.value), rhs.value)
    default:
      return null
  }
}

function foldUnsigneds(op: BinaryOperator, a: bigint, b: bigint): Expr | null {
  switch (op) {
    case '+':
      return { kind: 'unsigned', value: BigInt.asUintN(64, a + b) }
    case '-':
      return { kind: 'unsigned', value: BigInt.asUintN(64, a - b) }
    case '*':
      return { kind: 'unsigned', value: BigInt.asUintN(64, a * b) }
    case '/':
      return { kind: 'unsigned', value: b === 0n ? 0n : a / b }
    case '%':
      return { kind: 'unsigned', value: b === 0n ? 0n : a % b }
    default:
      return compare(op, a, b)
  }
}

function foldNumber(op: BinaryOperator, a: number, rhs: Expr): Expr | null {
  switch (rhs.kind) {
    case 'number':
      return foldNumbers(op, a, rhs.value)
    case 'integer':
    case 'unsigned':
      return foldNumbers(op, a, Number(rhs.value))
    default:
      return null
  }
}

function foldNumbers(op: BinaryOperator, a: number, b: number): Expr | null {
  switch (op) {
    case '+':
      return { kind: 'number', value: a + b }
    case '-':
      return { kind: 'number', value: a - b }
    case '*':
      return { kind: 'number', value: a * b }
    case '/':
      return { kind: 'number', value: b === 0 ? 0 : a / b }
    case '%':
      return { kind: 'number', value: a % b }
    default:
      return compare(op, a, b)
  }
}

function foldString(op: BinaryOperator, lhs: Literal<'string'>, rhs: Expr, context: FoldContext | null): Expr | null {
  if (rhs.kind === 'string') return foldStrings(op, lhs, rhs, context)
  if (rhs.kind !== 'time' && rhs.kind !== 'duration' && rhs.kind !== 'integer') return null
  const time = timeOr(lhs, context)
  return time.kind === 'time' ? foldTime(op, time, rhs) : null
}

function foldStrings(
  op: BinaryOperator,
  lhs: Literal<'string'>,
  rhs: Literal<'string'>,
  context: FoldContext | null,
): Expr | null {
  switch (op) {
    case '=':
      return foldTimes(op, lhs, rhs, context) ?? boolean(lhs.value === rhs.value)
    case '!=':
      return foldTimes(op, lhs, rhs, context) ?? boolean(lhs.value !== rhs.value)
    case '+':
      return { kind: 'string', value: lhs.value + rhs.value }
    default:
      return foldTimes(op, lhs, rhs, context)
  }
}

function foldTimes(op: BinaryOperator, lhs: Expr, rhs: Expr, context: FoldContext | null): Expr | null {
  const left = timeOr(lhs, context)
  const right = timeOr(rhs, context)
  return left.kind === 'time' && right.kind === 'time' ? foldTime(op, left, right) : null
}

function foldTime(op: BinaryOperator, { ns }: Literal<'time'>, rhs: Expr): Expr | null {
  switch (rhs.kind) {
    case 'duration':
    case 'integer': {
      const amountNs = rhs.kind === 'duration' ? rhs.ns : rhs.value
      if (op === '+') return { kind: 'time', ns: ns + amountNs }
      return op === '-' ? { kind: 'time', ns: ns - amountNs } : null
    }
    case 'time':
      return op === '-' ? { kind: 'duration', ns: int64(ns - rhs.ns) } : compare(op, ns, rhs.ns)
    default:
      return null
  }
}

function int64(value: bigint): bigint {
  return BigInt.asIntN(64, value)
}

/** What does not fit becomes the smallest integer, as Go converts it on amd64. */
function int64FromNumber(value: number): bigint {
  return Math.abs(value) < 2 ** 63 ? BigInt(Math.trunc(value)) : -(2n ** 63n)
}
