/** Whether a backup is a full one, and which set it goes on from: the last of the same part of the same database. */

import type { CheckpointInfo } from '../../engine/index.js'
import { BackupError } from './backup-error.js'
import type { BytePace } from './byte-pace.js'
import { type BackupType, lineOf, type Manifest, type Selection } from './repository/manifest.js'
import type { Repository } from './repository/repository.js'

export interface TypeWishes {
  readonly type: 'auto' | BackupType
  /** `auto` makes a full one when the last is older. */
  readonly fullEveryMs: number
  readonly selection: Selection | null
  readonly pace: BytePace
}

export interface ChosenType {
  readonly type: BackupType
  readonly parent: string | null
}

/** `repository`: null = there is none yet. Throws `missing` when nothing is there to add to. */
export async function chooseType(
  repository: Repository | null,
  { instanceId: instance, timeNs }: Pick<CheckpointInfo, 'instanceId' | 'timeNs'>,
  { type, fullEveryMs, selection, pace }: TypeWishes,
): Promise<ChosenType> {
  const line = lineOf({ instance, selection })
  let parent: string | null = null
  let lastFullMs = Number.NEGATIVE_INFINITY
  const sets = (await repository?.completeSets()) ?? []
  for (const { id } of sets.reverse()) {
    const manifest = repository && (await readManifest(repository, id, pace))
    if (manifest === null || lineOf(manifest) !== line) continue
    parent ??= id
    if (manifest.type !== 'full') continue
    lastFullMs = Date.parse(manifest.time)
    break
  }
  if (type === 'incr' && parent === null) {
    throw new BackupError('missing', 'there is no earlier set of the same part of this database to add to', {
      hint: 'leave --type out: the first backup is a full one',
    })
  }
  if (type !== 'auto') return { type, parent }
  const isFullDue = Number(timeNs / 1_000_000n) - lastFullMs >= fullEveryMs
  return { type: parent === null || isFullDue ? 'full' : 'incr', parent }
}

/** null when it is damaged: that is for `verify` to say; this backup needs nothing of it. */
async function readManifest(repository: Repository, id: string, pace: BytePace): Promise<Manifest | null> {
  try {
    return await repository.manifest(id)
  } catch (error) {
    if (!(error instanceof BackupError)) throw error
    pace.warn(error.message)
    return null
  }
}
