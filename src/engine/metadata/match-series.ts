/**
 * A condition over tags and fields → which series it leaves, with set operations on posting lists and no work per
 * series. Comparisons on fields (and whatever the index cannot decide) are carried along as residual conditions; tags
 * inside a residual are still by name here.
 *
 * The rules are those of InfluxDB's tsi1 index (answers of influxd 1.6.7): a missing tag equals ''; any operator but
 * `=` means `!=` for a tag and a string; `tag = tag` asks whether both exist; `_name` is the measurement; a comparison
 * with `_tagKey` holds for every series; a tag compared with a number is left to the rows, where it fails.
 */

import { type CompiledRegex, compileRegex } from '../domain/compile-regex.js'
import type { BinaryOperator, Expr } from '../influxql/ast.js'
import { combineBalanced, operandsOf } from '../influxql/logic-chain.js'
import type { MeasurementSeries } from './measurement-series.js'
import type { IsField } from './series-index.js'
import {
  ALL_SERIES,
  complementOf,
  intersect,
  isEmpty,
  NO_SERIES,
  type SeriesSet,
  setOf,
  subtract,
  union,
  unionDisjoint,
} from './series-set.js'

/** Series that share a residual condition; null = every row passes. */
export interface MatchedPart {
  readonly set: SeriesSet
  readonly residual: Expr | null
}

export type VarRef = Extract<Expr, { kind: 'varref' }>
type Binary = Extract<Expr, { kind: 'binary' }>

/** Disjoint parts; series in no part cannot match. */
export function matchSeries(series: MeasurementSeries, condition: Expr, isField: IsField): readonly MatchedPart[] {
  switch (condition.kind) {
    case 'paren':
      return matchSeries(series, condition.expr, isField)
    case 'boolean':
      return condition.value ? [{ set: ALL_SERIES, residual: null }] : []
    case 'binary':
      if (condition.op === 'AND' || condition.op === 'OR') {
        const operands = operandsOf(condition, condition.op).map((operand) => matchSeries(series, operand, isField))
        return combineBalanced(operands, condition.op === 'AND' ? andParts : orParts)
      }
      return matchComparison(series, condition, isField)
    default:
      return []
  }
}

/** Whether `ref` names a column of rows; anything else is a tag, present or not. */
export function isFieldRef(ref: VarRef, isField: IsField): boolean {
  if (ref.name === '_name') return false
  return ref.type === null ? isField(ref.name) : ref.type !== 'tag'
}

function andParts(lhs: readonly MatchedPart[], rhs: readonly MatchedPart[]): readonly MatchedPart[] {
  const parts: MatchedPart[] = []
  for (const a of lhs) {
    for (const b of rhs) {
      const set = intersect(a.set, b.set)
      if (!isEmpty(set)) parts.push({ set, residual: both(a.residual, b.residual) })
    }
  }
  return parts
}

function orParts(lhs: readonly MatchedPart[], rhs: readonly MatchedPart[]): readonly MatchedPart[] {
  if (lhs.length === 1 && rhs.length === 1 && lhs[0].residual === null && rhs[0].residual === null) {
    return [{ set: union(lhs[0].set, rhs[0].set), residual: null }]
  }
  const parts: MatchedPart[] = []
  for (const a of lhs) {
    for (const b of rhs) {
      const set = intersect(a.set, b.set)
      if (!isEmpty(set)) parts.push({ set, residual: either(a.residual, b.residual) })
    }
  }
  pushWithout(parts, lhs, rhs)
  pushWithout(parts, rhs, lhs)
  return parts
}

/** The parts of `side` without the series that `other` has as well. */
function pushWithout(parts: MatchedPart[], side: readonly MatchedPart[], other: readonly MatchedPart[]): void {
  const covered = other.reduce((set, part) => union(set, part.set), NO_SERIES)
  for (const part of side) {
    const set = subtract(part.set, covered)
    if (!isEmpty(set)) parts.push({ set, residual: part.residual })
  }
}

function both(a: Expr | null, b: Expr | null): Expr | null {
  if (a === null || b === null) return a ?? b
  return { kind: 'binary', op: 'AND', lhs: inParens(a), rhs: inParens(b) }
}

function either(a: Expr | null, b: Expr | null): Expr | null {
  if (a === null || b === null) return null
  return { kind: 'binary', op: 'OR', lhs: inParens(a), rhs: inParens(b) }
}

function inParens(expr: Expr): Expr {
  return expr.kind === 'binary' && (expr.op === 'AND' || expr.op === 'OR') ? { kind: 'paren', expr } : expr
}

function matchComparison(series: MeasurementSeries, comparison: Binary, isField: IsField): readonly MatchedPart[] {
  const { op, lhs, rhs } = comparison
  if (isTagKeyRef(lhs) || isTagKeyRef(rhs)) return [{ set: ALL_SERIES, residual: null }]
  const leftToRows = [{ set: ALL_SERIES, residual: comparison }]
  if (lhs.kind === 'binary' || rhs.kind === 'binary') return leftToRows
  const ref = lhs.kind === 'varref' ? lhs : rhs
  const value = lhs.kind === 'varref' ? rhs : lhs
  if (ref.kind !== 'varref' || isFieldRef(ref, isField)) return leftToRows
  if (value.kind === 'varref' && isFieldRef(value, isField)) return leftToRows
  switch (value.kind) {
    case 'string':
      return asParts(matchText(series, ref.name, op, value.value))
    case 'regex':
      return asParts(matchRegex(series, ref.name, op, compileRegex(value.source)))
    case 'varref':
      return asParts(matchTags(series, ref.name, op, value.name))
    default:
      return leftToRows
  }
}

function isTagKeyRef(expr: Expr): boolean {
  return expr.kind === 'varref' && expr.name === '_tagKey'
}

function asParts(set: SeriesSet): readonly MatchedPart[] {
  return isEmpty(set) ? [] : [{ set, residual: null }]
}

function matchText(series: MeasurementSeries, key: string, op: BinaryOperator, text: string): SeriesSet {
  if (key === '_name') {
    const matches = (op === '=' && text === series.name) || (op === '!=' && text !== series.name)
    return matches ? ALL_SERIES : NO_SERIES
  }
  const postings = series.postingsOf(key)
  if (postings === undefined) return (op === '=') === (text === '') ? ALL_SERIES : NO_SERIES
  const equal = text === '' ? postings.others(series.count) : setOf(postings.membersOf(text))
  return op === '=' ? equal : complementOf(equal)
}

function matchRegex(series: MeasurementSeries, key: string, op: BinaryOperator, regex: CompiledRegex): SeriesSet {
  const isPositive = op === '=~'
  if (key === '_name') return regex.test(series.name) === isPositive ? ALL_SERIES : NO_SERIES
  const matching = membersMatching(series, key, regex)
  return isPositive ? matching : complementOf(matching)
}

/** A series without the tag has the value ''. */
function membersMatching(series: MeasurementSeries, key: string, regex: CompiledRegex): SeriesSet {
  const postings = series.postingsOf(key)
  if (postings === undefined) return regex.matchesEmpty ? ALL_SERIES : NO_SERIES
  if (regex.matchesEmpty) return complementOf(postings.membersWhere((value) => !regex.test(value), series.count))
  if (regex.exactValues === null) return postings.membersWhere(regex.test, series.count)
  const lists = regex.exactValues.map((value) => postings.membersOf(value))
  return setOf(unionDisjoint(lists, series.count))
}

function matchTags(series: MeasurementSeries, key: string, op: BinaryOperator, otherKey: string): SeriesSet {
  const having = membersHaving(series, key)
  const havingOther = membersHaving(series, otherKey)
  return op === '=' ? intersect(having, havingOther) : subtract(having, havingOther)
}

function membersHaving(series: MeasurementSeries, key: string): SeriesSet {
  return series.postingsOf(key)?.members(series.count) ?? NO_SERIES
}
