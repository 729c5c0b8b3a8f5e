/**
 * `*` and regexes in SELECT and GROUP BY → names. `SELECT *` takes fields and tags together in bytewise order, but not
 * the tags that GROUP BY names; inside a call only fields of types that the function takes; columns of such calls are
 * named `mean_usage`.
 */

import { compareBytewise } from '../domain/compare-bytewise.js'
import { compileRegex } from '../domain/compile-regex.js'
import { HyperbyteError } from '../domain/errors.js'
import type { FieldType } from '../domain/field-type.js'
import type { Expr, SelectField } from '../influxql/ast.js'
import { printExpr } from '../influxql/print-expr.js'
import { type Call, walkExpr } from '../influxql/walk-expr.js'
import type { ColumnKinds } from './column-kinds.js'
import { exprName } from './column-names.js'

interface Expanded {
  readonly fields: readonly SelectField[]
  /** Tags to group by, in order, without repeats. */
  readonly dimensions: readonly string[]
}

interface NamedColumn {
  readonly name: string
  /** null = a column of a subquery that has no values. */
  readonly type: FieldType | 'tag' | null
}

export function expandWildcards(
  fields: readonly SelectField[],
  dimensions: readonly Expr[],
  kinds: ColumnKinds,
): Expanded {
  const isGroupedByPattern = dimensions.some(isPattern)
  const named = namesOf(dimensions)
  const grouped = isGroupedByPattern ? patternNames(dimensions, kinds) : named
  if (!fields.some(({ expr }) => hasPattern(expr))) return { fields, dimensions: grouped }
  const columns = columnsOf(kinds, isGroupedByPattern ? null : new Set(named))
  const expanded: SelectField[] = []
  for (const field of fields) {
    for (const each of expandField(field, columns)) expanded.push(each)
    if (expanded.length > COLUMN_COUNT_MAX) {
      throw new HyperbyteError('limit-exceeded', `select expands to more than ${COLUMN_COUNT_MAX} columns`)
    }
  }
  return { fields: expanded, dimensions: grouped }
}

/** The widest measurements have some ten thousand fields; many wildcards of one statement multiply them. */
const COLUMN_COUNT_MAX = 100_000

function isPattern(expr: Expr): boolean {
  return expr.kind === 'wildcard' || expr.kind === 'regex'
}

function hasPattern(expr: Expr): boolean {
  let isFound = false
  walkExpr(expr, (node) => {
    if (isPattern(node)) isFound = true
    return !isFound
  })
  return isFound
}

function namesOf(dimensions: readonly Expr[]): string[] {
  const names = dimensions.flatMap((expr) => (expr.kind === 'varref' && expr.name !== 'time' ? [expr.name] : []))
  return [...new Set(names)]
}

function patternNames(dimensions: readonly Expr[], kinds: ColumnKinds): string[] {
  const keys = [...kinds.tagKeys()].sort(compareBytewise)
  const names = dimensions.flatMap((expr) => {
    if (expr.kind === 'wildcard') return keys
    if (expr.kind === 'regex') return keys.filter((key) => compileRegex(expr.source).test(key))
    return namesOf([expr])
  })
  return [...new Set(names)]
}

/** Fields, and tags that are not grouped by; no tags at all when `groupedTags` is null. */
function columnsOf(kinds: ColumnKinds, groupedTags: ReadonlySet<string> | null): readonly NamedColumn[] {
  const columns: NamedColumn[] = Array.from(kinds.fields(), ([name, type]) => ({
    name,
    type: kinds.typeOfName(name) === 'tag' ? 'tag' : type,
  }))
  for (const name of kinds.untypedNames()) columns.push({ name, type: null })
  if (columns.length > 0 && groupedTags !== null) {
    for (const name of kinds.tagKeys()) if (!groupedTags.has(name)) columns.push({ name, type: 'tag' })
  }
  return columns.sort((a, b) => compareBytewise(a.name, b.name))
}

function expandField(field: SelectField, columns: readonly NamedColumn[]): readonly SelectField[] {
  const { expr } = field
  switch (expr.kind) {
    case 'wildcard':
      return columns.filter((column) => isOfKind(column, expr.type)).map(fieldOf)
    case 'regex': {
      const regex = compileRegex(expr.source)
      return columns.filter(({ name }) => regex.test(name)).map(fieldOf)
    }
    case 'call':
      return expandCall(field, expr, columns)
    case 'binary':
      if (hasPattern(expr)) throw unsupportedPattern(expr)
      return [field]
    default:
      return [field]
  }
}

function isOfKind(column: NamedColumn, kind: 'field' | 'tag' | null): boolean {
  return kind === null || (kind === 'tag') === (column.type === 'tag')
}

function fieldOf({ name, type }: NamedColumn): SelectField {
  return { expr: { kind: 'varref', name, type }, alias: '' }
}

function unsupportedPattern(expr: Expr): HyperbyteError {
  let what = 'regex field'
  walkExpr(expr, (node) => {
    if (node.kind === 'wildcard') what = 'wildcard'
  })
  return new HyperbyteError('invalid', `unsupported expression with ${what}: ${printExpr(expr)}`)
}

/** The pattern is the first argument of the innermost call: `derivative(mean(*))`. */
function expandCall(field: SelectField, call: Call, columns: readonly NamedColumn[]): readonly SelectField[] {
  const innermost = innermostCall(call)
  const argument = innermost.args[0]
  if (argument === undefined || !isPattern(argument)) return [field]
  if (argument.kind === 'wildcard' && argument.type === 'tag') {
    throw new HyperbyteError('invalid', `unable to use tag wildcard in ${innermost.name}()`)
  }
  const regex = argument.kind === 'regex' ? compileRegex(argument.source) : null
  const prefix = field.alias || exprName(call)
  return columns
    .filter(({ name, type }) => isExpandable(innermost.name, type) && (regex === null || regex.test(name)))
    .map(({ name, type }) => ({
      expr: withInnermostArgument(call, { kind: 'varref', name, type }),
      alias: `${prefix}_${name}`,
    }))
}

function innermostCall(call: Call): Call {
  const [argument] = call.args
  return argument?.kind === 'call' ? innermostCall(argument) : call
}

function withInnermostArgument(call: Call, argument: Expr): Call {
  const [first, ...rest] = call.args
  return { ...call, args: [first.kind === 'call' ? withInnermostArgument(first, argument) : argument, ...rest] }
}

const TAKES_ANY = new Set(['count', 'first', 'last', 'distinct', 'elapsed', 'mode', 'sample'])
const TAKES_BOOLEAN = new Set(['min', 'max', ...TAKES_ANY])
const REFUSES_UNSIGNED = new Set(['holt_winters', 'holt_winters_with_fit'])

function isExpandable(functionName: string, type: FieldType | 'tag' | null): boolean {
  switch (type) {
    case null:
    case 'tag':
      return false
    case 'string':
      return TAKES_ANY.has(functionName)
    case 'boolean':
      return TAKES_BOOLEAN.has(functionName)
    case 'unsigned':
      return !REFUSES_UNSIGNED.has(functionName)
    default:
      return true
  }
}
