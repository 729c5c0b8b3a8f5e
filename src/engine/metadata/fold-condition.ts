/**
 * A residual condition with one series' tags put in: tag names become string literals (a missing tag becomes nil), and
 * what can then be decided is decided. The rules for mixed types are those of InfluxDB's row filter (answers of
 * influxd 1.6.7): comparing with nil, or a string with anything but a string or a regex, is false; strings know `=`,
 * `!=`, `=~` and `!~` only.
 */

import { compileRegex } from '../domain/compile-regex.js'
import type { BinaryOperator, Expr } from '../influxql/ast.js'
import { isFieldRef } from './match-series.js'

const NIL: Expr = { kind: 'nil' }
const COMPARISONS: ReadonlySet<BinaryOperator> = new Set(['=', '!=', '<', '<=', '>', '>=', '=~', '!~'])

/** `tagOf` gives '' for a tag that the series does not have. A boolean literal means: decided for all rows. */
export function foldCondition(
  condition: Expr,
  isField: (name: string) => boolean,
  tagOf: (key: string) => string,
): Expr {
  switch (condition.kind) {
    case 'varref': {
      if (isFieldRef(condition, isField)) return condition
      const value = tagOf(condition.name)
      return value === '' ? NIL : { kind: 'string', value }
    }
    case 'paren': {
      const expr = foldCondition(condition.expr, isField, tagOf)
      return expr.kind === 'binary' ? { kind: 'paren', expr } : expr
    }
    case 'binary': {
      const lhs = foldCondition(condition.lhs, isField, tagOf)
      const rhs = foldCondition(condition.rhs, isField, tagOf)
      if (condition.op === 'AND' || condition.op === 'OR') return foldLogic(condition.op, lhs, rhs)
      if (COMPARISONS.has(condition.op)) return foldComparison(condition.op, lhs, rhs)
      // Arithmetic with a text or with nothing has no value.
      return isText(lhs) || isText(rhs) ? NIL : { kind: 'binary', op: condition.op, lhs, rhs }
    }
    default:
      return condition
  }
}

/** The names of the tags that `condition` speaks of. */
export function tagNamesIn(condition: Expr, isField: (name: string) => boolean): readonly string[] {
  const names = new Set<string>()
  collectTagNames(condition, isField, names)
  return [...names]
}

function collectTagNames(expr: Expr, isField: (name: string) => boolean, names: Set<string>): void {
  if (expr.kind === 'varref') {
    if (!isFieldRef(expr, isField)) names.add(expr.name)
  } else if (expr.kind === 'paren') {
    collectTagNames(expr.expr, isField, names)
  } else if (expr.kind === 'binary') {
    collectTagNames(expr.lhs, isField, names)
    collectTagNames(expr.rhs, isField, names)
  }
}

function foldLogic(op: 'AND' | 'OR', lhs: Expr, rhs: Expr): Expr {
  for (const [side, other] of [
    [lhs, rhs],
    [rhs, lhs],
  ]) {
    if (side.kind === 'boolean') return side.value === (op === 'AND') ? other : side
  }
  return { kind: 'binary', op, lhs, rhs }
}

function foldComparison(op: BinaryOperator, lhs: Expr, rhs: Expr): Expr {
  if (lhs.kind === 'nil' || rhs.kind === 'nil') return truth(false)
  if (lhs.kind === 'string' && rhs.kind === 'string') {
    if (op === '=') return truth(lhs.value === rhs.value)
    return truth(op === '!=' && lhs.value !== rhs.value)
  }
  if (lhs.kind === 'string' && rhs.kind === 'regex') {
    return truth(compileRegex(rhs.source).test(lhs.value) === (op === '=~'))
  }
  if (lhs.kind === 'string' && isLiteral(rhs)) return truth(false)
  if (rhs.kind === 'string' && isLiteral(lhs)) return truth(false)
  return { kind: 'binary', op, lhs, rhs }
}

function truth(value: boolean): Expr {
  return { kind: 'boolean', value }
}

function isText(expr: Expr): boolean {
  return expr.kind === 'string' || expr.kind === 'nil'
}

function isLiteral(expr: Expr): boolean {
  return expr.kind !== 'varref' && expr.kind !== 'binary' && expr.kind !== 'paren' && expr.kind !== 'call'
}
