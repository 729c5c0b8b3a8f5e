/** Are the rows of a file sorted by series and time, each pair once? Reads two columns from beginning to end. */

import type { FileEntry } from '../registry/file-entry.js'
import type { Duckdb } from '../sql/duckdb.js'
import { quoteString } from '../sql/quote-sql.js'

/** Null when they are; else the first row that is out of place. */
export async function findDisorder(duckdb: Duckdb, file: FileEntry, path: string): Promise<string | null> {
  const sql = `SELECT _series, epoch_ns(time) FROM read_parquet(${quoteString(path)}, hive_partitioning = false)`
  let row = 0
  let series = 0n
  let timeNs = 0n
  for await (const { rowCount, columns } of duckdb.stream(sql, [], ['unsigned', 'integer'], null)) {
    const seriesIds = columns[0].values as BigUint64Array
    const times = columns[1].values as BigInt64Array
    for (let i = 0; i < rowCount; i++) {
      const isInPlace = row === 0 || seriesIds[i] > series || (seriesIds[i] === series && times[i] > timeNs)
      if (!isInPlace) return `row ${row} of the Parquet file ${file.path} is out of order`
      series = seriesIds[i]
      timeNs = times[i]
      row++
    }
  }
  return row === file.rowCount ? null : `the Parquet file ${file.path} has ${row} rows instead of ${file.rowCount}`
}
