/** The sets of a repository, newest first, with what `list` and `show` tell of them. */

import { BackupError } from './backup-error.js'
import { dataBytes, type Manifest, timeRange } from './repository/manifest.js'
import type { Repository, SetEntry } from './repository/repository.js'
import { setTimeMs } from './set-id.js'

/** `written`: nothing was read back, then or later. */
export type SetState = 'verified' | 'written' | 'damaged' | 'partial'

export interface ListedSet {
  readonly id: string
  readonly timeMs: number
  readonly state: SetState
  readonly isPinned: boolean
  /** null for a set that is partial or cannot be read. */
  readonly manifest: Manifest | null
  readonly range: { readonly minNs: bigint; readonly maxNs: bigint } | null
  readonly dataBytes: number | null
}

export async function listSets(repository: Repository): Promise<ListedSet[]> {
  const listed: ListedSet[] = []
  for (const entry of await repository.sets()) listed.push(await listSet(repository, entry))
  return listed.reverse()
}

async function listSet(repository: Repository, { id, state, isPinned, isChecked }: SetEntry): Promise<ListedSet> {
  const nothing = { id, timeMs: setTimeMs(id), isPinned, manifest: null, range: null, dataBytes: null }
  if (state === 'partial') return { ...nothing, state }
  try {
    const manifest = await repository.manifest(id)
    const check = isChecked ? await repository.check(id) : null
    const isVerified = check?.isGood ?? manifest.verified !== 'none'
    return {
      ...nothing,
      state: check?.isGood === false ? 'damaged' : isVerified ? 'verified' : 'written',
      manifest,
      range: timeRange(manifest),
      dataBytes: dataBytes(manifest),
    }
  } catch (error) {
    if (!(error instanceof BackupError) || error.kind !== 'damaged') throw error
    return { ...nothing, state: 'damaged' }
  }
}
