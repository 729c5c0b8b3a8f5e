/** What was just written to a repository is read again; a blob that is not what was written is taken away. */

import { runParallel } from '../run-parallel.js'
import { BackupError } from './backup-error.js'
import type { BytePace } from './byte-pace.js'
import type { Repository } from './repository/repository.js'

export async function readBackBlobs(
  repository: Repository,
  blobs: readonly { readonly sha256: string; readonly size: number }[],
  { jobCount, pace }: { readonly jobCount: number; readonly pace: BytePace },
): Promise<void> {
  pace.begin(
    'verify',
    blobs.reduce((sum, { size }) => sum + size, 0),
    blobs.length,
  )
  await runParallel(blobs, jobCount, async ({ sha256, size }) => {
    const fault = await repository.blobFault(sha256, size, pace.take)
    // Not there for the next backup, which would take it for good.
    if (fault !== null) {
      await repository.removeBlob(sha256)
      throw new BackupError('damaged', `${fault}; it was just written, so the storage cannot be trusted`)
    }
    pace.endFile()
  })
}
