/**
 * Files come and go only together with the registry. What a flush or a merge has made is made ready, recorded, and then made
 * visible; what a drop or a delete takes away is out of sight at once, recorded, and then gone.
 */

import type { FileEntry } from '../registry/file-entry.js'
import type { MetaChange } from '../registry/meta-store.js'
import type { TombstoneChange } from '../registry/tombstone-entry.js'

/**
 * A change of the set of files that the registry must record before `finish` makes it visible. From `begin` to `finish` no
 * delete may hide rows: the caller takes turns.
 */
export interface FileChange {
  readonly added: readonly FileEntry[]
  readonly removed: readonly FileEntry[]
  /** What becomes of tombstones, for the registry; null when the change has lost its ground and nothing may be recorded. */
  begin(): readonly TombstoneChange[] | null
  /**
   * A disk that fails while it syncs may have written all of it: what takes the change back in the registry. Asked for
   * before anything else changes; nothing for a change that is recorded again until it succeeds.
   */
  undo(): readonly MetaChange[]
  /**
   * Makes the change visible to queries; call it once the registry has it. Hands back added files that nobody wants any
   * more, because their table was dropped meanwhile: the registry must forget them.
   */
  finish(): readonly FileEntry[]
}

/** Nobody sees these files any more; they stay on disk until `finish`. */
export interface FileRemoval {
  readonly removed: readonly FileEntry[]
  readonly tombstones: readonly TombstoneChange[]
  finish(): void
}
