/**
 * A WHERE condition in two: the range of time it allows, and the rest. InfluxDB takes every comparison with `time` out
 * of the condition, wherever it stands, and intersects them all, under OR as well.
 */

import { HyperbyteError } from '../domain/errors.js'
import { floorToInterval, TIMESTAMP_NS_MAX, TIMESTAMP_NS_MIN } from '../domain/time-range.js'
import type { BinaryOperator, Expr } from './ast.js'
import { type FoldContext, foldLiterals } from './fold-literals.js'
import { GO_TYPE_NAMES } from './go-type-names.js'
import { operandsOf } from './logic-chain.js'
import { formatTime, printExpr } from './print-expr.js'
import { readTimeLiteral, type TimeLiteral } from './time-literal.js'

/** Bounds as written, half-open; null = the condition does not bound that side. */
export interface TimeBounds {
  readonly startNs: bigint | null
  readonly endNs: bigint | null
}

export interface SplitCondition {
  /** Without time, literals folded; null = everything passes. */
  readonly condition: Expr | null
  readonly bounds: TimeBounds
}

type Binary = Extract<Expr, { kind: 'binary' }>

const UNBOUNDED: TimeBounds = { startNs: null, endNs: null }

/** Throws `invalid` with InfluxDB's words for a condition that makes no sense. */
export function splitTime(condition: Expr | null, context: FoldContext): SplitCondition {
  if (condition === null) return { condition: null, bounds: UNBOUNDED }
  const split = splitNode(condition, context)
  const rest = split.condition?.kind === 'paren' ? split.condition.expr : split.condition
  const isAlwaysTrue = rest?.kind === 'boolean' && rest.value
  return { condition: isAlwaysTrue ? null : rest, bounds: split.bounds }
}

/** Whether `condition` compares anything with `time`. */
export function hasTimeComparison(condition: Expr | null): boolean {
  if (condition === null) return false
  if (condition.kind === 'paren') return hasTimeComparison(condition.expr)
  if (condition.kind !== 'binary') return false
  if (condition.op === 'AND' || condition.op === 'OR')
    return operandsOf(condition, condition.op).some(hasTimeComparison)
  return isTime(condition.lhs) || isTime(condition.rhs)
}

function splitNode(node: Expr, context: FoldContext): SplitCondition {
  switch (node.kind) {
    case 'binary':
      if (node.op === 'AND' || node.op === 'OR') return splitChain(node, node.op, context)
      if (isTime(node.lhs)) return { condition: null, bounds: boundsOf(node.op, node.rhs, context) }
      if (isTime(node.rhs)) return { condition: null, bounds: boundsOf(mirrored(node.op), node.lhs, context) }
      return { condition: checkedCondition(foldLiterals(node, context)), bounds: UNBOUNDED }
    case 'paren': {
      const { condition, bounds } = splitNode(node.expr, context)
      const needsParens = condition !== null && condition.kind === 'binary'
      return { condition: needsParens ? { kind: 'paren', expr: condition } : condition, bounds }
    }
    case 'boolean':
      return { condition: node, bounds: UNBOUNDED }
    default:
      return { condition: checkedCondition(node), bounds: UNBOUNDED }
  }
}

function checkedCondition(condition: Expr): Expr {
  if (condition.kind === 'binary' || condition.kind === 'boolean') return condition
  throw new HyperbyteError('invalid', `invalid condition expression: ${printExpr(condition)}`)
}

function splitChain(chain: Binary, op: 'AND' | 'OR', context: FoldContext): SplitCondition {
  let condition: Expr | null = null
  let bounds = UNBOUNDED
  for (const operand of operandsOf(chain, op)) {
    const split = splitNode(operand, context)
    bounds = intersection(bounds, split.bounds)
    condition = joined(op, condition, split.condition)
  }
  return { condition, bounds }
}

function joined(op: 'AND' | 'OR', lhs: Expr | null, rhs: Expr | null): Expr | null {
  if (lhs === null || rhs === null) return lhs ?? rhs
  if (lhs.kind === 'boolean') return lhs.value === (op === 'AND') ? rhs : lhs
  if (rhs.kind === 'boolean') return rhs.value === (op === 'AND') ? lhs : rhs
  return { kind: 'binary', op, lhs, rhs }
}

function isTime(expr: Expr): boolean {
  return expr.kind === 'varref' && expr.name.toLowerCase() === 'time'
}

const MIRRORED: Partial<Record<BinaryOperator, BinaryOperator>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' }

function mirrored(op: BinaryOperator): BinaryOperator {
  return MIRRORED[op] ?? op
}

function boundsOf(op: BinaryOperator, operand: Expr, context: FoldContext): TimeBounds {
  const ns = instantOf(operand, context)
  switch (op) {
    case '=':
      return { startNs: ns, endNs: ns + 1n }
    case '>':
      return { startNs: ns + 1n, endNs: null }
    case '>=':
      return { startNs: ns, endNs: null }
    case '<':
      return { startNs: null, endNs: ns }
    case '<=':
      return { startNs: null, endNs: ns + 1n }
    default:
      throw new HyperbyteError('invalid', `invalid time comparison operator: ${op}`)
  }
}

function instantOf(operand: Expr, context: FoldContext): bigint {
  const value = foldLiterals(operand, context)
  switch (value.kind) {
    case 'string': {
      const time = readTimeLiteral(value.value, context.localToUtc)
      if (time !== null) return checkedTime(time)
      break
    }
    case 'time':
      return checkedTime({ ns: value.ns, offsetNs: 0n })
    case 'duration':
      return value.ns
    case 'integer':
      return value.value
    case 'number':
      return BigInt(Math.trunc(value.value))
  }
  throw new HyperbyteError('invalid', `invalid operation: time and ${GO_TYPE_NAMES[value.kind]} are not compatible`)
}

/** InfluxDB keeps the earliest timestamp for itself in conditions, and prints whole seconds here. */
function checkedTime(time: TimeLiteral): bigint {
  const { ns } = time
  if (ns > TIMESTAMP_NS_MAX) throw new HyperbyteError('invalid', `time ${wholeSeconds(time)} overflows time literal`)
  if (ns <= TIMESTAMP_NS_MIN) throw new HyperbyteError('invalid', `time ${wholeSeconds(time)} underflows time literal`)
  return ns
}

const MINUTE_NS = 60_000_000_000n

/** `2300-01-01T00:00:00-05:00`, in the zone of the literal. */
function wholeSeconds({ ns, offsetNs }: TimeLiteral): string {
  const wall = formatTime(floorToInterval(ns + offsetNs, 1_000_000_000n))
  if (offsetNs === 0n) return wall
  const minutes = Number((offsetNs < 0n ? -offsetNs : offsetNs) / MINUTE_NS)
  const twoDigits = (count: number): string => String(count).padStart(2, '0')
  const zone = `${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`
  return `${wall.slice(0, -1)}${offsetNs < 0n ? '-' : '+'}${zone}`
}

function intersection(a: TimeBounds, b: TimeBounds): TimeBounds {
  return {
    startNs: a.startNs === null || (b.startNs !== null && b.startNs > a.startNs) ? b.startNs : a.startNs,
    endNs: a.endNs === null || (b.endNs !== null && b.endNs < a.endNs) ? b.endNs : a.endNs,
  }
}
