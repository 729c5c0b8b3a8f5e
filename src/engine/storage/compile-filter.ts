/**
 * A residual condition on fields → SQL over the relation's columns. Literals become bound values, never text. Whatever
 * SQL cannot say exactly as InfluxDB means it gives null, and the caller filters rows itself (filter-rows.ts).
 */

import type { FieldType } from '../domain/field-type.js'
import type { CastType, Expr } from '../influxql/ast.js'
import { referredField } from '../query/scan.js'
import type { SqlValue } from '../sql/duckdb.js'
import type { RelationField } from './compile-relation.js'

export interface CompiledFilter {
  readonly sql: string
  readonly values: readonly SqlValue[]
}

const COMPARISON = { '=': '=', '!=': '<>', '<': '<', '<=': '<=', '>': '>', '>=': '>=' } as const

export function compileFilter(filter: Expr, fields: readonly RelationField[]): CompiledFilter | null {
  const values: SqlValue[] = []
  const sql = compileCondition(filter, fields, values)
  return sql === null ? null : { sql, values }
}

function compileCondition(expr: Expr, fields: readonly RelationField[], values: SqlValue[]): string | null {
  switch (expr.kind) {
    case 'paren':
      return compileCondition(expr.expr, fields, values)
    case 'boolean':
      return expr.value ? 'true' : 'false'
    case 'binary': {
      if (expr.op === 'AND' || expr.op === 'OR') {
        const lhs = compileCondition(expr.lhs, fields, values)
        const rhs = lhs === null ? null : compileCondition(expr.rhs, fields, values)
        return rhs === null ? null : `(${lhs} ${expr.op} ${rhs})`
      }
      return compileComparison(expr, fields, values)
    }
    default:
      return null
  }
}

/** `field op literal` and `literal op field` of comparable types; a missing field makes it false. */
function compileComparison(
  expr: Extract<Expr, { kind: 'binary' }>,
  fields: readonly RelationField[],
  values: SqlValue[],
): string | null {
  if (expr.op === '=~' || expr.op === '!~') return compileMatch(expr, fields, values)
  if (!(expr.op in COMPARISON)) return null
  const operator = COMPARISON[expr.op as keyof typeof COMPARISON]
  const [lhs, rhs] = [withoutParens(expr.lhs), withoutParens(expr.rhs)]
  const isFieldFirst = lhs.kind === 'varref'
  const [reference, literal] = isFieldFirst ? [lhs, rhs] : [rhs, lhs]
  if (reference.kind !== 'varref') return null
  const index = referredField(fields, reference)
  if (index < 0 || isCast(reference.type, fields[index].type)) return null
  const value = literalFor(literal, fields[index].type)
  if (value === null || (typeof value !== 'number' && typeof value !== 'bigint' && !isEquality(operator))) return null
  values.push(value)
  const sides = isFieldFirst ? [`f${index}`, '?'] : ['?', `f${index}`]
  return `coalesce(${sides[0]} ${operator} ${sides[1]}, false)`
}

function isCast(type: CastType | null, fieldType: FieldType): boolean {
  return type !== null && type !== 'field' && type !== fieldType
}

/** DuckDB's regular expressions are RE2, as Go's are. */
function compileMatch(
  { op, lhs, rhs }: Extract<Expr, { kind: 'binary' }>,
  fields: readonly RelationField[],
  values: SqlValue[],
): string | null {
  const reference = withoutParens(lhs)
  if (reference.kind !== 'varref' || rhs.kind !== 'regex' || rhs.source.includes('\0')) return null
  const index = referredField(fields, reference)
  if (index < 0 || fields[index].type !== 'string' || isCast(reference.type, 'string')) return null
  values.push(rhs.source)
  return `coalesce(${op === '!~' ? 'NOT ' : ''}regexp_matches(f${index}, ?), false)`
}

function isEquality(operator: string): boolean {
  return operator === '=' || operator === '<>'
}

/** The literal as a value to compare a column of `type` with, or null when SQL would compare differently. */
function literalFor(literal: Expr, type: FieldType): SqlValue | null {
  switch (literal.kind) {
    case 'integer':
      if (type === 'integer') return literal.value
      return type === 'float' ? Number(literal.value) : null
    case 'number':
      return type === 'float' ? literal.value : wholeNumber(literal.value, type)
    case 'string':
      return type === 'string' && !literal.value.includes('\0') ? literal.value : null
    case 'boolean':
      return type === 'boolean' ? literal.value : null
    default:
      return null
  }
}

/** InfluxDB compares integers with floats as floats; below 2^52 rounding cannot carry an integer across the literal. */
function wholeNumber(value: number, type: FieldType): bigint | null {
  return type === 'integer' && Number.isInteger(value) && Math.abs(value) < 2 ** 52 ? BigInt(value) : null
}

function withoutParens(expr: Expr): Expr {
  while (expr.kind === 'paren') expr = expr.expr
  return expr
}
