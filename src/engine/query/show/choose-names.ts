/**
 * Sets of names by a condition: the measurements or the tag keys that it leaves, with InfluxDB's words for conditions
 * that cannot choose names.
 */

import { type CompiledRegex, compileRegex } from '../../domain/compile-regex.js'
import { HyperbyteError } from '../../domain/errors.js'
import type { Expr } from '../../influxql/ast.js'
import { combineBalanced, operandsOf } from '../../influxql/logic-chain.js'
import type { SeriesIndex } from '../../metadata/series-index.js'
import { isSystemName } from './name-condition.js'

type Names = ReadonlySet<string>
type Binary = Extract<Expr, { kind: 'binary' }>

/** `name =|!= text` or `name =~|!~ regex`, taken apart. */
interface NameTest {
  readonly name: string
  readonly isNegated: boolean
  readonly test: (text: string) => boolean
}

/** Measurements by `_name` and by the values of their tags; null = all. Sorted bytewise. */
export function chooseMeasurements(index: SeriesIndex, condition: Expr | null): readonly string[] {
  const all = index.measurements()
  if (condition === null) return all
  const chosen = measurementsBy(index, condition)
  return all.filter((name) => chosen.has(name))
}

/** The keys among `keys` that the `_tagKey` comparisons of `condition` leave; no such comparison leaves none. */
export function chooseTagKeys(keys: readonly string[], condition: Expr): readonly string[] {
  const chosen = tagKeysBy(keys, condition)
  return keys.filter((key) => chosen?.has(key) ?? false)
}

function measurementsBy(index: SeriesIndex, condition: Expr): Names {
  if (condition.kind === 'paren') return measurementsBy(index, condition.expr)
  if (condition.kind !== 'binary') throw invalid(goSyntax(condition))
  const { op } = condition
  if (op === 'AND' || op === 'OR') {
    const operands = operandsOf(condition, op).map((operand) => measurementsBy(index, operand))
    return combineBalanced(operands, op === 'AND' ? intersection : union)
  }
  const { name, isNegated, test } = nameTestOf(condition, 'invalid tag comparison operator')
  if (name === '_name') return new Set(index.measurements().filter((one) => test(one) !== isNegated))
  if (isSystemName(name)) return new Set()
  return new Set(
    index.measurements().filter((one) => hasTag(index, one, name) && someValue(index, one, name, test) !== isNegated),
  )
}

/** A measurement without the tag is not considered, not even for `!=`. */
function hasTag(index: SeriesIndex, measurement: string, key: string): boolean {
  return index.tagKeys(measurement).includes(key)
}

function someValue(index: SeriesIndex, measurement: string, key: string, test: (text: string) => boolean): boolean {
  return index.tagValues(measurement, key).some(test)
}

/** null = the condition does not speak of tag keys. */
function tagKeysBy(keys: readonly string[], condition: Expr): Names | null {
  if (condition.kind === 'paren') return tagKeysBy(keys, condition.expr)
  if (condition.kind !== 'binary') throw invalid(goSyntax(condition))
  const { op } = condition
  if (op === 'AND' || op === 'OR') {
    const operands = operandsOf(condition, op).map((operand) => tagKeysBy(keys, operand))
    const combine = op === 'AND' ? intersection : union
    return combineBalanced(operands, (a, b) => (a === null || b === null ? (a ?? b) : combine(a, b)))
  }
  const tested = leftNameOf(condition, 'invalid operator')
  if (tested !== '_tagKey') return null
  const { isNegated, test } = nameTestOf(condition, 'invalid operator')
  return new Set(keys.filter((key) => test(key) !== isNegated))
}

function nameTestOf(comparison: Binary, operatorError: string): NameTest {
  const name = leftNameOf(comparison, operatorError)
  const { op, rhs } = comparison
  const isNegated = op === '!=' || op === '!~'
  if (op === '=~' || op === '!~') {
    if (rhs.kind !== 'regex') throw invalid(`right side of '${op}' must be a regular expression`)
    const regex: CompiledRegex = compileRegex(rhs.source)
    return { name, isNegated, test: regex.test }
  }
  if (rhs.kind !== 'string') throw invalid(`right side of '${op}' must be a tag value string`)
  return { name, isNegated, test: (text) => text === rhs.value }
}

function leftNameOf({ op, lhs }: Binary, operatorError: string): string {
  if (op !== '=' && op !== '!=' && op !== '=~' && op !== '!~') throw invalid(operatorError)
  if (lhs.kind !== 'varref') throw invalid(`left side of '${op}' must be a tag key`)
  return lhs.name
}

function intersection(a: Names, b: Names): Names {
  return new Set([...a].filter((name) => b.has(name)))
}

function union(a: Names, b: Names): Names {
  return new Set([...a, ...b])
}

/** InfluxDB prints what it cannot use as the Go value it has in hand. */
function goSyntax(expr: Expr): string {
  switch (expr.kind) {
    case 'boolean':
      return `&influxql.BooleanLiteral{Val:${expr.value}}`
    case 'string':
      return `&influxql.StringLiteral{Val:${JSON.stringify(expr.value)}}`
    case 'integer':
      return `&influxql.IntegerLiteral{Val:${expr.value}}`
    case 'number':
      return `&influxql.NumberLiteral{Val:${expr.value}}`
    case 'varref':
      return `&influxql.VarRef{Val:${JSON.stringify(expr.name)}, Type:0}`
    case 'call':
      return `&influxql.Call{Name:${JSON.stringify(expr.name)}, Args:[]influxql.Expr(nil)}`
    default:
      return `invalid condition expression: ${expr.kind}`
  }
}

function invalid(message: string): HyperbyteError {
  return new HyperbyteError('invalid', message)
}
