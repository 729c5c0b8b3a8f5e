/** Files come and go only together with the registry: a change is made ready, recorded, and then made visible. */

import type { FileEntry } from '../registry/file-entry.js'
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
   * Makes the change visible to queries; call it once the registry has it. Hands back added files that nobody wants any
   * more, because their table was dropped meanwhile: the registry must forget them.
   */
  finish(): readonly FileEntry[]
}
