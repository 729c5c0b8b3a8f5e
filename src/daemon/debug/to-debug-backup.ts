/** The note of a backup → what documents say of it. */

import type { DebugBackup } from '../../client/debug-documents.js'
import { type BackupNote, formatTime } from '../../engine/index.js'

/** Of everything; when there is none, of a part. `notes`: newest first. */
export function newestNote(notes: readonly BackupNote[]): BackupNote | null {
  return notes.find(({ covers }) => covers === 'all') ?? notes[0] ?? null
}

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
