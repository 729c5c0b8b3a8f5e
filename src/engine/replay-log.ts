/** What the log has beyond the files → memtables, at a start. Long replays flush on the way and tell how far they are. */

import type { EngineState } from './engine-state.js'
import type { Flusher } from './flusher.js'
import type { MetadataChanges } from './metadata-changes.js'
import type { RowDeletions } from './row-deletions.js'
import { decodeRecord, NO_SERIES, type WalRecord } from './wal/wal-record.js'

const PROGRESS_MS = 2000

/** Throws `corrupt` when the log has lost or damaged records. */
export async function replayLog(
  state: EngineState,
  changes: MetadataChanges,
  deletions: RowDeletions,
  flusher: Flusher,
): Promise<void> {
  const { log, monotonicMs, flushBytesMax } = state.options
  const { wal, metaStore } = state.stores
  const startedMs = monotonicMs()
  let loggedMs = startedMs
  let records = 0
  let rows = 0
  let lastSequence = 0n
  let isSkipped = false
  for await (const { sequence, bytes } of wal.replay()) {
    const record = decodeRecord(bytes, (database) => state.runtimes.get(database)?.seriesTable ?? NO_SERIES)
    const stored = await replayRecord({ state, changes, deletions }, record, sequence)
    isSkipped ||= stored === null
    rows += stored ?? 0
    records++
    lastSequence = sequence
    if (monotonicMs() - loggedMs > PROGRESS_MS) {
      loggedMs = monotonicMs()
      log.info('replaying the write-ahead log', { records, rows })
    }
    if (state.storage.current.byteCount > flushBytesMax) await flusher.flushAll()
  }
  if (records === 0) return
  log.info('replayed the write-ahead log', { records, rows, ms: Math.round(monotonicMs() - startedMs) })
  // Records of what is gone must not come back with something new of its name.
  if (isSkipped) {
    await flusher.flushAll()
    await metaStore.apply([{ kind: 'set-flushed', sequence: lastSequence }])
    await wal.truncate(lastSequence)
  }
}

/** Rows stored, or null when the record was a drop or for something that is gone. */
async function replayRecord(
  { state, changes, deletions }: { state: EngineState; changes: MetadataChanges; deletions: RowDeletions },
  record: WalRecord,
  sequence: bigint,
): Promise<number | null> {
  if (record.kind === 'drop') {
    await changes.replayDrop(record)
    return null
  }
  if (record.kind === 'delete') {
    await deletions.replay(record)
    return 0
  }
  const runtime = state.runtimes.get(record.database)
  if (runtime === undefined) return null
  const { measurements, retentionPolicy } = record
  const rowCount = measurements.reduce((sum, part) => sum + part.rowCount, 0)
  return state.store(runtime, retentionPolicy, { measurements, rowCount }, sequence, null) ? rowCount : null
}
