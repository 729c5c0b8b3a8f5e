/**
 * SHOW statements treat their FROM as a condition on `_name`, and read a condition three ways: comparisons with `_name`
 * choose measurements, comparisons with `_tagKey` choose tag keys, all others choose series. Each reading ignores the
 * other comparisons, even where that changes what an OR means; influxd 1.6.7 answers like this.
 */

import type { Expr, MeasurementRef, Source, TagKeyFilter } from '../../influxql/ast.js'
import { foldLiterals } from '../../influxql/fold-literals.js'
import { operandsOf } from '../../influxql/logic-chain.js'

const NAME: Expr = { kind: 'varref', name: '_name', type: null }
const TAG_KEY: Expr = { kind: 'varref', name: '_tagKey', type: null }

/** Names that InfluxDB keeps for itself; a comparison with one of them never chooses series. */
const SYSTEM_NAMES: ReadonlySet<string> = new Set([
  '_fieldKeys',
  '_measurements',
  '_name',
  '_series',
  '_tagKey',
  '_tagKeys',
  '_tags',
])

export function isSystemName(name: string): boolean {
  return SYSTEM_NAMES.has(name)
}

/** `condition` restricted to the measurements of FROM; databases and policies in FROM do not count. */
export function withSources(sources: readonly Source[], condition: Expr | null): Expr | null {
  const names = sources.filter((source) => source.kind === 'measurement').map(nameComparison)
  return allOf(anyOf(names), condition)
}

/** `condition` restricted to the tag keys of WITH KEY. */
export function withTagKeys(filter: TagKeyFilter, condition: Expr | null): Expr | null {
  const { op, expr } = filter
  const keys: Expr[] =
    op === 'IN'
      ? (expr.kind === 'list' ? expr.values : []).map((value) => compare(TAG_KEY, '=', { kind: 'string', value }))
      : [compare(TAG_KEY, op, expr)]
  return allOf(condition, anyOf(keys))
}

/** The part of `condition` that chooses measurements; null = all. */
export function namePartOf(condition: Expr | null): Expr | null {
  return keepComparisons(condition, (name) => name === '_name')
}

/** The part of `condition` that chooses series; null = all. */
export function seriesPartOf(condition: Expr | null): Expr | null {
  return keepComparisons(condition, (name) => !isSystemName(name))
}

function nameComparison({ name, regex }: MeasurementRef): Expr {
  return regex === null
    ? compare(NAME, '=', { kind: 'string', value: name })
    : compare(NAME, '=~', { kind: 'regex', source: regex })
}

function compare(lhs: Expr, op: '=' | '!=' | '=~' | '!~', rhs: Expr): Expr {
  return { kind: 'binary', op, lhs, rhs }
}

function anyOf(exprs: readonly Expr[]): Expr | null {
  if (exprs.length === 0) return null
  return exprs.reduce((lhs, rhs) => ({ kind: 'binary', op: 'OR', lhs, rhs }))
}

function allOf(lhs: Expr | null, rhs: Expr | null): Expr | null {
  if (lhs === null || rhs === null) return lhs ?? rhs
  return { kind: 'binary', op: 'AND', lhs: { kind: 'paren', expr: lhs }, rhs: { kind: 'paren', expr: rhs } }
}

/** Without the equality and regex comparisons whose left side is no name that `keeps`. */
function keepComparisons(condition: Expr | null, keeps: (name: string) => boolean): Expr | null {
  if (condition === null) return null
  const kept = keepNode(condition, keeps)
  return kept === null ? null : foldLiterals(kept, { nowNs: 0n, localToUtc: null })
}

function keepNode(node: Expr, keeps: (name: string) => boolean): Expr | null {
  if (node.kind === 'paren') {
    const expr = keepNode(node.expr, keeps)
    return expr === null ? null : { kind: 'paren', expr }
  }
  if (node.kind !== 'binary') return node
  const { op, lhs } = node
  switch (op) {
    case 'AND':
    case 'OR': {
      const kept = operandsOf(node, op).map((operand) => keepNode(operand, keeps))
      const operands = kept.filter((operand) => operand !== null)
      if (operands.length === 0) return null
      return operands.reduce((left, right) => ({ kind: 'binary', op, lhs: left, rhs: right }))
    }
    case '=':
    case '!=':
    case '=~':
    case '!~':
      return lhs.kind === 'varref' && keeps(lhs.name) ? node : null
    default:
      return node
  }
}
