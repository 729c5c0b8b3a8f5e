/**
 * A mapping → SQL over the file. The series are numbered in a table of their own, so that rows carry one number instead
 * of strings: `t0 … tn` are the tags, `idx` the number. Names are quoted; nothing of the user's becomes SQL by itself.
 */

import type { FieldType } from '../../engine/index.js'
import type { TableMapping, TimeUnit } from './table-mapping.js'

export type TableFormat = 'parquet' | 'csv' | 'jsonl'

const SQL_TYPE = {
  float: 'DOUBLE',
  integer: 'BIGINT',
  unsigned: 'UBIGINT',
  string: 'VARCHAR',
  boolean: 'BOOLEAN',
} as const satisfies Record<FieldType, string>

export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export function quoteString(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** The file as a relation. CSV is looked at whole, so that a late 1.5 does not surprise a column of integers. */
export function relationOf(format: TableFormat, path: string): string {
  const file = quoteString(path)
  switch (format) {
    case 'parquet':
      return `read_parquet(${file})`
    case 'csv':
      return `read_csv(${file}, sample_size = -1, store_rejects = true, rejects_limit = 0)`
    case 'jsonl':
      return `read_json(${file}, format = 'newline_delimited', sample_size = -1)`
  }
}

/** Every combination of tags that occurs, numbered from 0. */
export function seriesTableSql(relation: string, { tags }: TableMapping): string {
  const columns = tags.map(({ column }, i) => `${tagText(column)} AS t${i}`)
  const distinct = columns.length === 0 ? 'SELECT 0' : `SELECT DISTINCT ${columns.join(', ')} FROM ${relation}`
  const names = tags.map((_, i) => `t${i}`)
  return `CREATE TEMP TABLE series AS SELECT ${['(row_number() OVER () - 1)::BIGINT AS idx', ...names].join(', ')} FROM (${distinct}) AS d`
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

export function missingTimesSql(relation: string, { timestamp }: TableMapping): string {
  const ns = timestampSql(timestamp.column, timestamp.type, timestamp.unit)
  return `SELECT count(*)::BIGINT FROM ${relation} AS rows WHERE ${ns} IS NULL`
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

function timestampSql(column: string, type: string, unit: TimeUnit): string {
  const name = `rows.${quoteIdentifier(column)}`
  if (type === 'TIMESTAMP_NS') return `epoch_ns(${name})`
  if (/^(DATE|TIMESTAMP)/.test(type)) return `epoch_us(${name}::TIMESTAMP) * 1000`
  if (/INT/.test(type)) return integerTimeSql(`${name}::BIGINT`, unit)
  if (/^(FLOAT|DOUBLE|DECIMAL)/.test(type)) {
    const perUnit = NS_PER_UNIT[unit === 'auto' ? 's' : unit]
    return `TRY_CAST(round(${name}::DOUBLE * ${Number(perUnit) / 1000}) AS BIGINT) * 1000`
  }
  // Texts: RFC 3339 with what follows the microseconds put back.
  return `(epoch_us(TRY_CAST(${name}::VARCHAR AS TIMESTAMPTZ)) * 1000 + coalesce(TRY_CAST(rpad(substr(regexp_extract(${name}::VARCHAR, '\\.(\\d{7,9})', 1), 7), 3, '0') AS BIGINT), 0))`
}

/** Of numbers the size tells the unit: seconds have 10 digits until the year 2286. */
function integerTimeSql(name: string, unit: TimeUnit): string {
  if (unit !== 'auto') return unit === 'ns' ? name : `${name} * ${NS_PER_UNIT[unit]}`
  return (
    `CASE WHEN abs(${name}) < 100000000000 THEN ${name} * 1000000000 WHEN abs(${name}) < 100000000000000 THEN ${name} * 1000000 ` +
    `WHEN abs(${name}) < 100000000000000000 THEN ${name} * 1000 ELSE ${name} END`
  )
}
