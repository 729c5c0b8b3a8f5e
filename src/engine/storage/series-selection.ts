/**
 * Which series a request wants, in the form its SQL needs: nothing when it wants all of them as one group, a short IN
 * list, or a table `(_series, ord, grp)` to join with.
 */

import type { Column } from '../domain/column.js'
import type { SeriesTable } from '../metadata/series-table.js'
import type { ScanGroup } from '../query/scan.js'
import { VECTOR_ROWS } from '../sql/column-appender.js'
import type { Duckdb } from '../sql/duckdb.js'

/** Up to here an IN list is written out: it prunes row groups by their statistics. */
const IN_LIST_MAX = 64

export function countSeries(groups: readonly ScanGroup[]): number {
  let count = 0
  for (const { parts } of groups) for (const { series } of parts) count += series.length
  return count
}

/** SQL over `_series` that narrows the scan, or '' when it would not help. */
export function seriesPredicate(groups: readonly ScanGroup[], seriesTable: SeriesTable): string {
  if (countSeries(groups) > IN_LIST_MAX) return ''
  const ids: string[] = []
  for (const { parts } of groups)
    for (const { series } of parts) for (const ordinal of series) ids.push(`${seriesTable.idOf(ordinal)}`)
  return `_series IN (${ids.join(', ')})`
}

const COLUMNS = '_series UBIGINT, ord BIGINT, grp BIGINT, position BIGINT'

/** Makes a table with `COLUMNS`; the caller drops it. */
export async function writeSelection(
  duckdb: Duckdb,
  table: string,
  groups: readonly ScanGroup[],
  seriesTable: SeriesTable,
  pause: () => Promise<void>,
): Promise<void> {
  const ids = new BigUint64Array(VECTOR_ROWS)
  const ordinals = new BigInt64Array(VECTOR_ROWS)
  const groupNumbers = new BigInt64Array(VECTOR_ROWS)
  const positions = new BigInt64Array(VECTOR_ROWS)
  const columns: Column[] = [
    { type: 'unsigned', values: ids, validity: null },
    { type: 'integer', values: ordinals, validity: null },
    { type: 'integer', values: groupNumbers, validity: null },
    { type: 'integer', values: positions, validity: null },
  ]
  const types = columns.map(({ type }) => type)
  const slices = columns.map((column) => ({ column, start: 0 }))
  await duckdb.createTable(table, COLUMNS, types, async (appender) => {
    let count = 0
    let position = 0n
    for (let group = 0; group < groups.length; group++) {
      for (const { series } of groups[group].parts) {
        for (const ordinal of series) {
          ids[count] = seriesTable.idOf(ordinal)
          ordinals[count] = BigInt(ordinal)
          groupNumbers[count] = BigInt(group)
          positions[count] = position++
          if (++count < VECTOR_ROWS) continue
          appender.append(slices, count)
          count = 0
          await pause()
        }
      }
    }
    if (count > 0) appender.append(slices, count)
  })
}
