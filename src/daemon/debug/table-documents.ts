/** Tables and files of the engine → what documents say of them. */

import type { DebugFile, DebugTable } from '../../client/debug-documents.js'
import { type FileEntry, formatTime, type TableName } from '../../engine/index.js'

export function toTable({ database, retentionPolicy, measurement }: TableName): DebugTable {
  return { database, retention_policy: retentionPolicy, measurement }
}

export function toFile({ file, hiddenCount }: { readonly file: FileEntry; readonly hiddenCount: number }): DebugFile {
  return {
    ...toTable(file.table),
    id: file.id,
    path: file.path,
    bucket: formatTime(file.bucketStartNs),
    level: file.level,
    rows: file.rowCount,
    bytes: file.byteCount,
    min_time: formatTime(file.minNs),
    max_time: formatTime(file.maxNs),
    min_sequence: String(file.minSequence),
    max_sequence: String(file.maxSequence),
    origin: file.origin,
    sha256: file.sha256,
    late: file.late !== null,
    hidden: hiddenCount,
  }
}
