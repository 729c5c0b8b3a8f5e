/** Bulk transfer's way in: rows that are columns already are checked, logged and stored as those of any write. */

import type { ColumnWriteRequest, WriteOutcome } from './engine.js'
import { internColumns } from './metadata/intern-columns.js'
import { storePoints, type WritePath } from './store-points.js'
import { findDatabase } from './write-points.js'

/** Throws as a write does, and `invalid` for columns that break the contract of `PointColumns`. */
export async function writeColumns(path: WritePath, request: ColumnWriteRequest): Promise<WriteOutcome> {
  const database = findDatabase(path, request.database)
  return await storePoints(path, database, request, ({ seriesTable }) => internColumns(seriesTable, request.columns))
}
