/** The note of a backup as parameters of `POST /api/v1/backups`, and back. */

import type { BackupNote } from '../engine/index.js'
import type { DebugParams } from './debug-documents.js'

/** Of an id or a place: names are shorter, and the registry keeps every note. */
const CHARACTERS_MAX = 1000

export function printBackupNote(note: BackupNote): DebugParams {
  return {
    id: note.id,
    time_ns: String(note.timeNs),
    repository: note.repository,
    type: note.type,
    verified: note.verified,
    covers: note.covers,
    size_bytes: String(note.byteCount),
    added_bytes: String(note.addedByteCount),
  }
}

/** The name of the parameter that is missing or wrong when there is one. */
export function readBackupNote(param: (name: string) => string): BackupNote | { readonly wrong: string } {
  const id = param('id')
  const repository = param('repository')
  const type = wordOf(['full', 'incr'] as const, param('type'))
  const verified = wordOf(['none', 'new', 'all'] as const, param('verified'))
  const covers = wordOf(['all', 'part'] as const, param('covers'))
  const byteCount = countOf(param('size_bytes'))
  const addedByteCount = countOf(param('added_bytes'))
  if (id === '' || id.length > CHARACTERS_MAX) return { wrong: 'id' }
  if (!/^\d{1,19}$/.test(param('time_ns'))) return { wrong: 'time_ns' }
  if (repository === '' || repository.length > CHARACTERS_MAX) return { wrong: 'repository' }
  if (type === null) return { wrong: 'type' }
  if (verified === null) return { wrong: 'verified' }
  if (covers === null) return { wrong: 'covers' }
  if (byteCount === null) return { wrong: 'size_bytes' }
  if (addedByteCount === null) return { wrong: 'added_bytes' }
  return { id, timeNs: BigInt(param('time_ns')), repository, type, verified, covers, byteCount, addedByteCount }
}

function wordOf<const Words extends readonly string[]>(words: Words, text: string): Words[number] | null {
  return words.includes(text) ? text : null
}

function countOf(text: string): number | null {
  return /^\d{1,16}$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : null
}
