/** A file of this machine → a blob, copied by the file system and read back. */

import { BackupError } from './backup-error.js'
import type { BytePace } from './byte-pace.js'
import type { Repository } from './repository/repository.js'

/** False, and nothing is counted, when it cannot be done this way: somebody else may have the bytes. */
export async function copyHere(
  repository: Repository,
  file: string,
  { sha256, size }: { readonly sha256: string; readonly size: number },
  pace: BytePace,
): Promise<boolean> {
  let counted = 0
  const count = async (byteCount: number): Promise<void> => {
    await pace.take(byteCount)
    counted += byteCount
  }
  try {
    return await repository.copyBlob(sha256, size, file, count)
  } catch (error) {
    if (!(error instanceof BackupError) && !isFileMissing(error)) throw error
    pace.count(-counted)
    return false
  }
}

/** It went away, or may not be read. */
function isFileMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOENT' || code === 'EACCES' || code === 'EPERM'
}
