/** Bulk transfer's way in: rows that are columns already are checked, logged and stored as those of any write. */

import { HyperbyteError } from './domain/errors.js'
import type { ColumnWriteRequest, WriteOutcome } from './engine.js'
import { composeWriteMessage } from './line-protocol/compose-write-message.js'
import { internColumns } from './metadata/intern-columns.js'
import { findPolicy, storeBatch, type WritePath } from './write-points.js'

/** Throws as a write does, and `invalid` for columns that break the contract of `PointColumns`. */
export async function writeColumns(path: WritePath, request: ColumnWriteRequest): Promise<WriteOutcome> {
  const database = path.database(request.database)
  if (database === undefined) {
    throw new HyperbyteError('database-not-found', `database not found: "${request.database}"`)
  }
  const policy = findPolicy(database, request.retentionPolicy)
  await path.waitForRoom()
  const runtime = path.runtime(database.name)
  const parsed = internColumns(runtime.seriesTable, request.columns)
  const { storedCount, refusals } = await storeBatch(path, runtime, policy, parsed.batch, request)
  return {
    writtenCount: storedCount,
    rejectedCount: parsed.droppedCount + parsed.batch.rowCount - storedCount,
    message: composeWriteMessage(parsed, refusals),
  }
}
