/**
 * What can be computed before any row is read: `now()`, times in quotes, arithmetic and comparisons of literals, and
 * AND and OR with a side that is known. Everything else stays as it is.
 */

import type { BinaryOperator, Expr } from './ast.js'
import { parseTimeLiteral } from './time-literal.js'
import { rewriteExpr } from './walk-expr.js'

export interface FoldContext {
  readonly nowNs: bigint
  /** Takes a wall-clock reading to its instant; null = UTC. */
  readonly localToUtc: ((localNs: bigint) => bigint) | null
}

type Binary = Extract<Expr, { kind: 'binary' }>

export function foldLiterals(expr: Expr, context: FoldContext): Expr {
  return rewriteExpr(expr, (node) => foldNode(node, context))
}

function foldNode(node: Expr, context: FoldContext): Expr {
  switch (node.kind) {
    case 'call':
      return node.name === 'now' && node.args.length === 0 ? { kind: 'time', ns: context.nowNs } : node
    case 'paren':
      return node.expr.kind === 'binary' ? node : node.expr
    case 'binary':
      return foldLogic(node) ?? foldTime(node, context) ?? foldNumbers(node) ?? foldComparison(node) ?? node
    default:
      return node
  }
}

function foldLogic({ op, lhs, rhs }: Binary): Expr | null {
  if (op !== 'AND' && op !== 'OR') return null
  if (lhs.kind === 'boolean') return lhs.value === (op === 'AND') ? rhs : lhs
  if (rhs.kind === 'boolean') return rhs.value === (op === 'AND') ? lhs : rhs
  return null
}

/** Sums of times, durations and plain numbers of nanoseconds. */
function foldTime({ op, lhs, rhs }: Binary, context: FoldContext): Expr | null {
  if (op !== '+' && op !== '-') return null
  const left = asTime(lhs, rhs, context)
  const right = asTime(rhs, lhs, context)
  const leftNs = nanosecondsOf(left)
  const rightNs = nanosecondsOf(right)
  if (leftNs === null || rightNs === null) return null
  const ns = op === '+' ? leftNs + rightNs : leftNs - rightNs
  const timeCount = Number(left.kind === 'time') + Number(right.kind === 'time')
  if (timeCount === 1) return { kind: 'time', ns }
  if (timeCount === 2) return op === '-' ? { kind: 'duration', ns } : null
  return left.kind === 'duration' || right.kind === 'duration' ? { kind: 'duration', ns } : null
}

/** A string beside a duration is a time if it looks like one. */
function asTime(expr: Expr, other: Expr, { localToUtc }: FoldContext): Expr {
  if (expr.kind !== 'string' || (other.kind !== 'duration' && other.kind !== 'time')) return expr
  const ns = parseTimeLiteral(expr.value, localToUtc)
  return ns === null ? expr : { kind: 'time', ns }
}

function nanosecondsOf(expr: Expr): bigint | null {
  if (expr.kind === 'time' || expr.kind === 'duration') return expr.ns
  return expr.kind === 'integer' ? expr.value : null
}

function foldNumbers({ op, lhs, rhs }: Binary): Expr | null {
  if (lhs.kind === 'integer' && rhs.kind === 'integer') return foldIntegers(op, lhs.value, rhs.value)
  const a = numberOf(lhs)
  const b = numberOf(rhs)
  if (a === null || b === null) return null
  switch (op) {
    case '+':
      return { kind: 'number', value: a + b }
    case '-':
      return { kind: 'number', value: a - b }
    case '*':
      return { kind: 'number', value: a * b }
    case '/':
      return { kind: 'number', value: b === 0 ? 0 : a / b }
    default:
      return null
  }
}

function foldIntegers(op: BinaryOperator, a: bigint, b: bigint): Expr | null {
  switch (op) {
    case '+':
      return { kind: 'integer', value: BigInt.asIntN(64, a + b) }
    case '-':
      return { kind: 'integer', value: BigInt.asIntN(64, a - b) }
    case '*':
      return { kind: 'integer', value: BigInt.asIntN(64, a * b) }
    case '/':
      // The quotient of two integers is a float in InfluxQL.
      return { kind: 'number', value: b === 0n ? 0 : Number(a) / Number(b) }
    case '%':
      return { kind: 'integer', value: b === 0n ? 0n : a % b }
    default:
      return null
  }
}

function numberOf(expr: Expr): number | null {
  if (expr.kind === 'number') return expr.value
  return expr.kind === 'integer' ? Number(expr.value) : null
}

function foldComparison({ op, lhs, rhs }: Binary): Expr | null {
  if ((lhs.kind === 'string' && rhs.kind === 'string') || (lhs.kind === 'boolean' && rhs.kind === 'boolean')) {
    if (op === '=') return { kind: 'boolean', value: lhs.value === rhs.value }
    return op === '!=' ? { kind: 'boolean', value: lhs.value !== rhs.value } : null
  }
  const a = comparableOf(lhs)
  const b = comparableOf(rhs)
  if (a === null || b === null) return null
  const compare = ORDERED_COMPARISONS.get(op)
  return compare === undefined ? null : { kind: 'boolean', value: compare(a, b) }
}

type Comparable = bigint | number

function comparableOf(expr: Expr): Comparable | null {
  if (expr.kind === 'number' || expr.kind === 'integer') return expr.value
  return expr.kind === 'duration' || expr.kind === 'time' ? expr.ns : null
}

/** Mixed comparisons of bigint and number are exact in JavaScript. */
const ORDERED_COMPARISONS: ReadonlyMap<BinaryOperator, (a: Comparable, b: Comparable) => boolean> = new Map([
  ['=', (a: Comparable, b: Comparable) => a >= b && a <= b],
  ['!=', (a: Comparable, b: Comparable) => a < b || a > b],
  ['<', (a: Comparable, b: Comparable) => a < b],
  ['<=', (a: Comparable, b: Comparable) => a <= b],
  ['>', (a: Comparable, b: Comparable) => a > b],
  ['>=', (a: Comparable, b: Comparable) => a >= b],
])
