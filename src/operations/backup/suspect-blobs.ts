/** SHA-256 of the blobs that were missing or wrong when sets were last verified. They may be whole again by now. */

import { runParallel } from '../run-parallel.js'
import { BackupError } from './backup-error.js'
import type { Repository } from './repository/repository.js'

/** Notes are small, and most of the time goes by waiting for them. */
const READ_COUNT_MAX = 8

export async function suspectBlobs(repository: Repository, setIds: readonly string[]): Promise<Set<string>> {
  const suspects = new Set<string>()
  await runParallel(setIds, READ_COUNT_MAX, async (id) => {
    try {
      for (const sha256 of (await repository.check(id))?.bad ?? []) suspects.add(sha256)
    } catch (error) {
      // A note that is damaged itself is for `verify` to tell.
      if (!(error instanceof BackupError)) throw error
    }
  })
  return suspects
}
