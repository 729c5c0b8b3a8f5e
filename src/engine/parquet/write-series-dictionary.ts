/**
 * The dictionary table that `writeParquetFile` takes ids and tags from: one row per series, `idx` dense from 0 in the
 * order of the series ids, `_series`, and the tag values `t0`, `t1`, … (null where a series lacks the tag).
 */

import { type Column, setValid, validityWordCount } from '../domain/column.js'
import type { SeriesTable } from '../metadata/series-table.js'
import { VECTOR_ROWS } from '../sql/column-appender.js'
import type { Duckdb } from '../sql/duckdb.js'

/** Ordinals in the order of their ids, which is the order of rows in a file. */
export function sortBySeriesId(series: readonly number[], seriesTable: SeriesTable): number[] {
  const ordinalOf = new Map(series.map((ordinal) => [seriesTable.idOf(ordinal) as bigint, ordinal]))
  return Array.from(BigUint64Array.from(ordinalOf.keys()).sort(), (id) => ordinalOf.get(id)!)
}

/** Makes the table; the caller drops it. `series` as `sortBySeriesId` gives them. */
export async function writeSeriesDictionary(
  duckdb: Duckdb,
  table: string,
  series: readonly number[],
  tagKeys: readonly string[],
  seriesTable: SeriesTable,
  pause: () => Promise<void>,
): Promise<void> {
  const tagColumns = tagKeys.map((_, i) => `t${i} VARCHAR`)
  const names = ['idx BIGINT', '_series UBIGINT', ...tagColumns].join(', ')
  const types = ['integer' as const, 'unsigned' as const, ...tagKeys.map(() => 'string' as const)]
  await duckdb.createTable(table, names, types, async (appender) => {
    for (let from = 0; from < series.length; from += VECTOR_ROWS) {
      const slice = series.slice(from, from + VECTOR_ROWS)
      const columns = [indexColumn(from, slice.length), idColumn(slice, seriesTable)]
      columns.push(...tagValueColumns(slice, tagKeys, seriesTable))
      appender.append(
        columns.map((column) => ({ column, start: 0 })),
        slice.length,
      )
      await pause()
    }
  })
}

function indexColumn(from: number, count: number): Column {
  return { type: 'integer', values: BigInt64Array.from({ length: count }, (_, i) => BigInt(from + i)), validity: null }
}

function idColumn(series: readonly number[], seriesTable: SeriesTable): Column {
  const values = BigUint64Array.from(series, (ordinal) => seriesTable.idOf(ordinal))
  return { type: 'unsigned', values, validity: null }
}

function tagValueColumns(series: readonly number[], tagKeys: readonly string[], seriesTable: SeriesTable): Column[] {
  const keyIndex = new Map(tagKeys.map((key, i) => [key, i]))
  const columns = tagKeys.map(() => ({
    type: 'string' as const,
    values: new Array<string>(series.length).fill(''),
    validity: new Uint32Array(validityWordCount(series.length)),
  }))
  for (let row = 0; row < series.length; row++) {
    for (const [key, value] of seriesTable.tagsOf(series[row])) {
      const index = keyIndex.get(key)
      if (index === undefined) continue
      columns[index].values[row] = value
      setValid(columns[index].validity, row)
    }
  }
  return columns
}
