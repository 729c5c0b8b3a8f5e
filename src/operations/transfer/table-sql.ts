/**
 * A mapping → SQL over the file. The series are numbered in a table of their own, so that rows carry one number instead
 * of strings: `t0 … tn` are the tags, `idx` the number. Names are quoted; nothing of the user's becomes SQL by itself.
 */

import { type FieldType, quoteIdentifier, quoteString, SQL_TYPE } from '../../engine/index.js'
import type { FileColumn, TableMapping, TimeUnit } from './table-mapping.js'

export type TableFormat = 'parquet' | 'csv' | 'jsonl'

/** What looking at a file told, and which of its columns are wanted as they stand there: 007, not 7. */
export interface KnownColumns {
  readonly columns: readonly FileColumn[]
  readonly texts: readonly string[]
  /** Of CSV: `""` is an empty text, and only an empty cell no value. */
  readonly areQuotesTexts: boolean
}

/** The file as a relation. CSV is looked at whole, so that a late 1.5 does not surprise a column of integers. */
export function relationOf(format: TableFormat, path: string, known: KnownColumns | null = null): string {
  const file = quoteString(path)
  switch (format) {
    case 'parquet':
      return `read_parquet(${file})`
    case 'csv':
      return `read_csv(${file}, sample_size = -1, store_rejects = true, rejects_limit = 0${csvTexts(known)})`
    case 'jsonl':
      return `read_json(${file}, format = 'newline_delimited', sample_size = -1${jsonTexts(known)})`
  }
}

/** With a heading made of texts only DuckDB would wonder again whether it is one; it calls columns without names column0, … */
function csvTexts(known: KnownColumns | null): string {
  if (known === null) return ''
  const isHeaded = !known.columns.every(({ name }) => /^column\d+$/.test(name))
  const types = known.texts.map((name) => `${quoteString(name)}: 'VARCHAR'`)
  return [
    `, header = ${isHeaded}`,
    ...(types.length === 0 ? [] : [`types = {${types.join(', ')}}`]),
    ...(known.areQuotesTexts ? ['allow_quoted_nulls = false'] : []),
  ].join(', ')
}

/** JSON takes types of all columns or of none. */
function jsonTexts(known: KnownColumns | null): string {
  if (known === null) return ''
  const typeOf = ({ name, type }: FileColumn): string => (known.texts.includes(name) ? 'VARCHAR' : type)
  const columns = known.columns.map((column) => `${quoteString(column.name)}: ${quoteString(typeOf(column))}`)
  return `, columns = {${columns.join(', ')}}`
}

/** Every combination of tags that occurs, numbered from 0. */
export function seriesTableSql(relation: string, { tags }: TableMapping): string {
  const columns = tags.map(({ column }, i) => `${tagText(column)} AS t${i}`)
  const distinct = columns.length === 0 ? 'SELECT 0' : `SELECT DISTINCT ${columns.join(', ')} FROM ${relation}`
  const names = tags.map((_, i) => `t${i}`)
  return `CREATE TEMP TABLE series AS SELECT ${['(row_number() OVER () - 1)::BIGINT AS idx', ...names].join(', ')} FROM (${distinct}) AS d`
}

/** The names of columns as they stand in the file, in rows. DuckDB itself tells them from each other without their case. */
export function rawNamesSql(format: TableFormat, path: string): string {
  const file = quoteString(path)
  switch (format) {
    case 'parquet':
      return `SELECT name FROM parquet_schema(${file})`
    case 'csv':
      return `SELECT unnest(columns) FROM (SELECT [*COLUMNS(*)] AS columns FROM read_csv(${file}, header = false, all_varchar = true, sample_size = -1) LIMIT 1)`
    case 'jsonl':
      return `SELECT DISTINCT unnest(json_keys(json)) FROM read_json_objects(${file}, format = 'newline_delimited')`
  }
}

export interface RowsSqlOptions {
  /** '' = rows are taken as they are. */
  readonly dedupColumn: string
}

/** In the file; of rows with equal values in the dedup column the last one stays. */
const ROW_NUMBER = quoteIdentifier('hyperbyte:row')

/** `idx`, `ns` and `f0 … fn`, rows without a time left out. */
export function rowsSql(relation: string, mapping: TableMapping, { dedupColumn }: RowsSqlOptions): string {
  const { tags, fields, timestamp } = mapping
  const values = fields.map(({ column, type }, i) => `${fieldSql(column, type)} AS f${i}`)
  const joins = tags.map(({ column }, i) => `${tagText(`rows.${column}`, column)} = s.t${i}`)
  const numbered = `(SELECT *, row_number() OVER () AS ${ROW_NUMBER} FROM ${relation})`
  const rows = `${dedupColumn === '' ? relation : numbered} AS rows`
  const source = tags.length === 0 ? rows : `${rows} JOIN series AS s ON ${joins.join(' AND ')}`
  const idx = tags.length === 0 ? '0::BIGINT AS idx' : 's.idx AS idx'
  const ns = timestampSql(timestamp.column, timestamp.type, timestamp.unit)
  const dedup =
    dedupColumn === ''
      ? ''
      : ` QUALIFY row_number() OVER (PARTITION BY idx, ns ORDER BY rows.${quoteIdentifier(dedupColumn)} DESC, rows.${ROW_NUMBER} DESC) = 1`
  return `SELECT ${[idx, `${ns} AS ns`, ...values].join(', ')} FROM ${source} WHERE ${ns} IS NOT NULL${dedup}`
}

/** How many rows have no time that can be stored. */
export function missingTimesSql(relation: string, mapping: TableMapping): string {
  return `SELECT count(*)::BIGINT FROM ${missingTimes(relation, mapping)}`
}

/** Whether there are such rows among the first ones. */
export function earlyMissingTimesSql(relation: string, mapping: TableMapping): string {
  return missingTimesSql(`(SELECT * FROM ${relation} LIMIT 1000)`, mapping)
}

/** For each of these columns, how many of its values are none of the type that was asked for. */
export function lostValuesSql(relation: string, columns: readonly { column: string; type: FieldType }[]): string {
  const counts = columns.map(({ column, type }) => {
    const name = `rows.${quoteIdentifier(column)}`
    return `count(*) FILTER (WHERE ${name} IS NOT NULL AND TRY_CAST(${name} AS ${SQL_TYPE[type]}) IS NULL)`
  })
  return `SELECT ${counts.join(', ')} FROM ${relation} AS rows`
}

/** These rows as JSON texts. */
export function missingTimeRowsSql(relation: string, mapping: TableMapping): string {
  return `SELECT to_json(rows)::VARCHAR FROM ${missingTimes(relation, mapping)}`
}

function missingTimes(relation: string, { timestamp }: TableMapping): string {
  return `${relation} AS rows WHERE ${timestampSql(timestamp.column, timestamp.type, timestamp.unit)} IS NULL`
}

/** A tag without a value is ''. */
function tagText(place: string, column = place): string {
  const name = place === column ? quoteIdentifier(column) : `rows.${quoteIdentifier(column)}`
  return `coalesce(${name}::VARCHAR, '')`
}

function fieldSql(column: string, type: FieldType): string {
  const name = `rows.${quoteIdentifier(column)}`
  const cast = `TRY_CAST(${name} AS ${SQL_TYPE[type]})`
  // A point cannot hold them; to a database they are no value.
  return type === 'float' ? `CASE WHEN isfinite(${cast}) THEN ${cast} END` : cast
}

const NS_PER_UNIT = { s: 1_000_000_000n, ms: 1_000_000n, us: 1000n, ns: 1n } as const
const INT64_MAX = 2n ** 63n - 1n

/** Nanoseconds, or NULL for what is no time and for times that no nanoseconds in 64 bits can tell (after 2262). */
function timestampSql(column: string, type: string, unit: TimeUnit): string {
  const name = `rows.${quoteIdentifier(column)}`
  if (type === 'TIMESTAMP_NS') return `epoch_ns(${name})`
  if (/^(DATE|TIMESTAMP)/.test(type)) return microsecondsSql(`TRY_CAST(${name} AS TIMESTAMP)`)
  if (/^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/.test(type)) return integerTimeSql(`TRY_CAST(${name} AS BIGINT)`, unit)
  if (/^(FLOAT|DOUBLE|DECIMAL)/.test(type)) {
    const perUnit = NS_PER_UNIT[unit === 'auto' ? 's' : unit]
    return timesSql(`TRY_CAST(round(${name}::DOUBLE * ${Number(perUnit) / 1000}) AS BIGINT)`, 1000n)
  }
  // Texts: RFC 3339 with what follows the microseconds taken off, which would be rounded, and put back.
  const rest = `rpad(substr(regexp_extract(${name}::VARCHAR, '\\.(\\d{7,9})', 1), 7), 3, '0')`
  const whole = `regexp_replace(${name}::VARCHAR, '(\\.\\d{6})\\d+', '\\1')`
  return `(${microsecondsSql(`TRY_CAST(${whole} AS TIMESTAMPTZ)`)} + coalesce(TRY_CAST(${rest} AS BIGINT), 0))`
}

function microsecondsSql(timestamp: string): string {
  return `CASE WHEN isfinite(${timestamp}) THEN ${timesSql(`epoch_us(${timestamp})`, 1000n)} END`
}

/** A product that would not fit is NULL, where DuckDB would end the statement. */
function timesSql(value: string, factor: bigint): string {
  const most = INT64_MAX / factor - 1n
  return `CASE WHEN ${value} BETWEEN -${most} AND ${most} THEN ${value} * ${factor} END`
}

/** Of numbers the size tells the unit: seconds have 10 digits until the year 2286. */
function integerTimeSql(name: string, unit: TimeUnit): string {
  if (unit !== 'auto') return unit === 'ns' ? name : timesSql(name, NS_PER_UNIT[unit])
  const within = (most: bigint) => `${name} BETWEEN -${most} AND ${most}`
  return (
    `CASE WHEN ${within(99_999_999_999n)} THEN ${timesSql(name, NS_PER_UNIT.s)} ` +
    `WHEN ${within(99_999_999_999_999n)} THEN ${timesSql(name, NS_PER_UNIT.ms)} ` +
    `WHEN ${within(99_999_999_999_999_999n)} THEN ${timesSql(name, NS_PER_UNIT.us)} ELSE ${name} END`
  )
}
