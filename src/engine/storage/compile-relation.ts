/**
 * Sources → SQL of one relation `(_series, time, f0, f1, …)` with each point once: the base that flushes, compactions,
 * scans and aggregates build on. Fields that a source has with another type are cast between numbers or read as null;
 * what may be duplicated (`dirtySpans`) is reduced to the last value of each field by source and arrival. Rows that a
 * delete has hidden are left out of their source first.
 */

import type { FieldType } from '../domain/field-type.js'
import { isNumeric } from '../domain/field-type.js'
import type { TimeRange, TimeSpan } from '../domain/time-range.js'
import { type Tombstone, touchesSpan } from '../domain/tombstone.js'
import type { HiddenRows } from '../memtable/memtable-table.js'
import { quoteIdentifier, quoteString } from '../sql/quote-sql.js'
import { SQL_TYPE } from '../sql/sql-type.js'
import type { FileSource, MemtableSource, Source, SourceSet } from './source-set.js'
import { spanOf } from './source-set.js'

export interface RelationField {
  readonly name: string
  readonly type: FieldType
}

/** Rows arrive with this much room below the next source's in the order of precedence. */
const ROWS_PER_SOURCE = '4294967296'

/** `seriesPredicate` is SQL over `_series`, or ''. The set must have sources. */
export function compileRelation(
  set: SourceSet,
  fields: readonly RelationField[],
  range: TimeRange,
  seriesPredicate: string,
): string {
  const predicate = (source: Source): string[] => [
    ...timePredicates(source, range),
    ...hiddenPredicates(source),
    ...(seriesPredicate === '' ? [] : [seriesPredicate]),
  ]
  const isClean = set.dirtySpans.map((span) => `NOT ${insideSpan(span)}`)
  const clean = groupSources(set.sources, fields).map((group) =>
    selectFrom(group, fields, [...new Set(group.flatMap(predicate)), ...isClean], ''),
  )
  if (set.dirtySpans.length === 0) return clean.join(' UNION ALL ')

  const isDirty = `(${set.dirtySpans.map(insideSpan).join(' OR ')})`
  const dirty = set.sources.map((source, rank) =>
    selectFrom([source], fields, [...predicate(source), isDirty], `, ${rankOf(source, rank)} AS rank`),
  )
  const newest = fields.map((_, i) => `, arg_max(f${i}, rank) AS f${i}`).join('')
  const reduced = `SELECT _series, "time"${newest} FROM (${dirty.join(' UNION ALL ')}) GROUP BY _series, "time"`
  return [...clean, reduced].join(' UNION ALL ')
}

/** A time as an SQL constant, so that it prunes row groups. */
export function timeLiteral(timeNs: bigint): string {
  return `make_timestamp_ns(${timeNs})`
}

function selectFrom(
  group: readonly Source[],
  fields: readonly RelationField[],
  predicates: string[],
  extra: string,
): string {
  const columns = fields.map((field, i) => `, ${fieldExpression(group[0], field)} AS f${i}`).join('')
  const where = predicates.length === 0 ? '' : ` WHERE ${predicates.join(' AND ')}`
  return `SELECT _series, "time"${columns}${extra} FROM ${fromClause(group)}${where}`
}

/** Files with the same columns are read by one scan; a memtable part by its own, and a file with hidden rows too. */
function groupSources(sources: readonly Source[], fields: readonly RelationField[]): Source[][] {
  const groups = new Map<string, Source[]>()
  for (const source of sources) {
    const key = source.kind === 'memtable' || source.hidden.length > 0 ? nameOf(source) : columnsKey(source, fields)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [source])
    else group.push(source)
  }
  return [...groups.values()]
}

function nameOf(source: Source): string {
  return source.kind === 'memtable' ? source.staged.name : source.path
}

function columnsKey({ file }: FileSource, fields: readonly RelationField[]): string {
  return JSON.stringify(file.columns) + fields.length.toString()
}

function fromClause(group: readonly Source[]): string {
  const first = group[0]
  if (first.kind === 'memtable') return first.staged.name
  const paths = (group as readonly FileSource[]).map(({ path }) => quoteString(path))
  return `read_parquet([${paths.join(', ')}], hive_partitioning = false)`
}

function timePredicates(source: Source, range: TimeRange): string[] {
  const span = spanOf(source)
  const predicates: string[] = []
  if (range.startNs > span.minNs) predicates.push(`"time" >= ${timeLiteral(range.startNs)}`)
  if (range.endNs <= span.maxNs) predicates.push(`"time" < ${timeLiteral(range.endNs)}`)
  if (source.kind === 'memtable') predicates.push(`rowid < ${source.rowCount}`)
  return predicates
}

function hiddenPredicates(source: Source): string[] {
  const span = spanOf(source)
  if (source.kind === 'file') {
    return source.hidden
      .filter((tombstone) => touchesSpan(tombstone, span))
      .map((tombstone) => `NOT ${compileTombstone(tombstone, span)}`)
  }
  return compileHiddenRows(source.hidden, span)
}

/** SQL over a staged memtable part: the rows that are not hidden. */
export function compileHiddenRows(hidden: readonly HiddenRows[], span: TimeSpan): string[] {
  return hidden
    .filter(({ tombstone }) => touchesSpan(tombstone, span))
    .map(({ tombstone, rowCount }) => `NOT (rowid < ${rowCount} AND ${compileTombstone(tombstone, span)})`)
}

/** SQL that is true for rows the tombstone hides, in a source whose times lie in `span`. */
function compileTombstone(tombstone: Tombstone, span: TimeSpan): string {
  const { range, seriesIds } = tombstone
  const conditions: string[] = []
  if (range.startNs > span.minNs) conditions.push(`"time" >= ${timeLiteral(range.startNs)}`)
  if (range.endNs <= span.maxNs) conditions.push(`"time" < ${timeLiteral(range.endNs)}`)
  if (seriesIds !== null) conditions.push(`_series IN (${[...seriesIds].join(', ')})`)
  return conditions.length === 0 ? '(true)' : `(${conditions.join(' AND ')})`
}

function insideSpan({ minNs, maxNs }: TimeSpan): string {
  return `("time" BETWEEN ${timeLiteral(minNs)} AND ${timeLiteral(maxNs)})`
}

function rankOf(source: Source, index: number): string {
  const base = `${index}::BIGINT * ${ROWS_PER_SOURCE}`
  return source.kind === 'memtable' ? `${base} + rowid` : base
}

function fieldExpression(source: Source, field: RelationField): string {
  const candidates = source.kind === 'file' ? fileColumns(source, field) : memtableColumns(source, field)
  const expressions = candidates
    .map(({ sql, type }) => castExpression(sql, type, field.type))
    .filter((sql) => sql !== null)
  if (expressions.length === 0) return `NULL::${SQL_TYPE[field.type]}`
  return expressions.length === 1 ? expressions[0] : `coalesce(${expressions.join(', ')})`
}

interface TypedSql {
  readonly sql: string
  readonly type: FieldType
}

function fileColumns(source: FileSource, field: RelationField): TypedSql[] {
  return source.file.columns
    .filter(({ kind, name }) => kind === 'field' && name === field.name)
    .map(({ column, type }) => ({ sql: quoteIdentifier(column), type }))
}

/** A memtable part may span shards in which the field has different types. */
function memtableColumns(source: MemtableSource, field: RelationField): TypedSql[] {
  return source.fields.flatMap(({ name, type }, i) => (name === field.name ? [{ sql: `c${i}`, type }] : []))
}

const INTEGER_MIN = '(-9223372036854775808)::BIGINT'

/** SQL that reads a column of type `from` as type `to`, as castColumn does, or null when its values read as missing. */
function castExpression(sql: string, from: FieldType, to: FieldType): string | null {
  if (from === to) return sql
  if (!isNumeric(from) || !isNumeric(to)) return null
  if (to === 'float') return `CAST(${sql} AS ${SQL_TYPE[to]})`
  if (from !== 'float') return wrapped(sql, to)
  // Go's conversion truncates where DuckDB's rounds, and makes the least integer of what does not fit.
  const integer = `coalesce(try_cast(trunc(${sql}) AS BIGINT), ${INTEGER_MIN})`
  if (to === 'integer') return `CASE WHEN ${sql} IS NULL THEN NULL ELSE ${integer} END`
  const large = `coalesce(try_cast(trunc(${sql}) AS UBIGINT), 0)`
  return `CASE WHEN ${sql} IS NULL THEN NULL WHEN ${sql} < ${HALF_RANGE} THEN ${wrapped(integer, to)} ELSE ${large} END`
}

const HALF_RANGE = '9223372036854775808'

/** The same 64 bits with or without a sign. */
function wrapped(sql: string, to: FieldType): string {
  const whole = `(${sql})::HUGEINT`
  return to === 'unsigned'
    ? `((${whole} + 18446744073709551616) % 18446744073709551616)::UBIGINT`
    : `((${whole} + ${HALF_RANGE}) % 18446744073709551616 - ${HALF_RANGE})::BIGINT`
}
