/** The note of a backup → what documents say of it. */

import type { DebugBackup } from '../../client/debug-documents.js'
import { type BackupNote, formatTime } from '../../engine/index.js'

export function toDebugBackup(note: BackupNote): DebugBackup {
  const { id, timeNs, repository, type, verified, covers, byteCount, addedByteCount } = note
  return {
    id,
    time: formatTime(timeNs),
    repository,
    type,
    verified,
    covers,
    size_bytes: String(byteCount),
    added_bytes: String(addedByteCount),
  }
}
