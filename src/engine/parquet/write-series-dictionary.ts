/**
 * The dictionary table that `writeParquetFile` takes the tags from: one row per series, `idx` dense from 0 in the order
 * of the series ids, `_series`, and the tag values `t0`, `t1`, … (null where a series lacks the tag).
 */

import type { Column } from '../domain/column.js'
import { setValid, validityWordCount } from '../domain/column.js'
import type { SeriesTable } from '../metadata/series-table.js'
import { VECTOR_ROWS } from '../sql/column-appender.js'
import type { Duckdb } from '../sql/duckdb.js'

/** Makes the table; the caller drops it. `pause` lets the event loop run between vectors. */
export async function writeSeriesDictionary(
  duckdb: Duckdb,
  table: string,
  series: readonly number[],
  tagKeys: readonly string[],
  seriesTable: SeriesTable,
  pause: () => Promise<void>,
): Promise<void> {
  const tagColumns = tagKeys.map((_, i) => `t${i} VARCHAR`)
  const staging = `${table}_unordered`
  await duckdb.run(`CREATE TABLE ${staging} (${['_series UBIGINT', ...tagColumns].join(', ')})`)
  await duckdb.append(staging, ['unsigned', ...tagKeys.map(() => 'string' as const)], async (appender) => {
    for (let from = 0; from < series.length; from += VECTOR_ROWS) {
      const slice = series.slice(from, from + VECTOR_ROWS)
      const columns = [idColumn(slice, seriesTable), ...tagKeyColumns(slice, tagKeys, seriesTable)]
      appender.append(
        columns.map((column) => ({ column, start: 0 })),
        slice.length,
      )
      await pause()
    }
  })
  const tags = tagKeys.map((_, i) => `, t${i}`).join('')
  await duckdb.run(
    `CREATE TABLE ${table} AS SELECT (row_number() OVER (ORDER BY _series) - 1)::UINTEGER AS idx, _series${tags} FROM ${staging}`,
  )
  await duckdb.run(`DROP TABLE ${staging}`)
}

function idColumn(series: readonly number[], seriesTable: SeriesTable): Column {
  const values = BigUint64Array.from(series, (ordinal) => seriesTable.idOf(ordinal))
  return { type: 'unsigned', values, validity: null }
}

function tagKeyColumns(series: readonly number[], tagKeys: readonly string[], seriesTable: SeriesTable): Column[] {
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
