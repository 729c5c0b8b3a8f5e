/**
 * The Parquet files of a checkpoint → blobs of a repository, several at a time. A file that lies on this machine is copied
 * by its file system, any other comes over the wire; each is compared with the hash that it was written with.
 */

import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ClientError } from '../../client/client-error.js'
import type { Checkpoint } from '../../engine/index.js'
import { sleepUnlessAborted } from '../rate-limiter.js'
import { runParallel } from '../run-parallel.js'
import { BackupError } from './backup-error.js'
import type { BytePace } from './byte-pace.js'
import { copyHere } from './copy-here.js'
import { readBackBlobs } from './read-back-blobs.js'
import type { BackupType, ManifestFile } from './repository/manifest.js'
import type { Repository } from './repository/repository.js'
import { suspectBlobs } from './suspect-blobs.js'

const TRY_COUNT_MAX = 3
const RETRY_MS = 1000

export interface CopyFilesOptions {
  readonly checkpoint: Checkpoint
  readonly repository: Repository
  readonly jobCount: number
  readonly isReadBack: boolean
  readonly pace: BytePace
}

export interface CopiedFiles {
  readonly count: number
  readonly bytes: number
}

export class FileCopies {
  readonly #options: CopyFilesOptions

  constructor(options: CopyFilesOptions) {
    this.#options = options
  }

  /** `files` are those of the checkpoint's registry; what is there already is not copied again. */
  async copy(files: readonly ManifestFile[], type: BackupType): Promise<CopiedFiles> {
    const { repository, pace, jobCount, isReadBack } = this.#options
    let missing = await missingFiles(repository, files)
    // What is there already is read again, and copied again when it is damaged: by a full backup, which takes nothing for
    // granted, all of it; by any other what the last check of a set found bad.
    const doubted = type === 'full' ? files : await this.#suspectFiles(files)
    missing = [...missing, ...(await this.#damagedFiles(doubted, missing))]
    const bytes = missing.reduce((sum, { size }) => sum + size, 0)
    const unread: ManifestFile[] = []
    pace.begin('copy', bytes, missing.length)
    await runParallel(missing, jobCount, async (file) => {
      pace.signal.throwIfAborted()
      if (!(await this.#copyHere(file))) {
        await this.#transfer(file)
        unread.push(file)
      }
      pace.endFile()
    })
    if (isReadBack) await readBackBlobs(repository, unread, { jobCount, pace })
    return { count: missing.length, bytes }
  }

  /** Copies a file that lies on this machine, and reads it back. False when it does not, or is not what it should be. */
  async #copyHere({ path, sha256, size }: ManifestFile): Promise<boolean> {
    const { checkpoint, repository, pace } = this.#options
    if (pace.isLimited) return false
    const file = join(checkpoint.info.filesIn, path)
    const found = await stat(file).catch(() => null)
    if (found?.isFile() !== true || found.size !== size) return false
    return await copyHere(repository, file, { sha256, size }, pace)
  }

  async #transfer({ id, sha256, size, path }: ManifestFile): Promise<void> {
    const { checkpoint, repository, pace } = this.#options
    try {
      await this.#retrying(path, () => repository.writeBlob(sha256, size, pace.pass(checkpoint.file(id))))
    } catch (error) {
      if (!(error instanceof BackupError)) throw error
      throw new BackupError('damaged', `the server's file ${path} is not what was written: ${error.message}`, {
        hint: 'no set was written; hyperbyte backup verify shows whether an earlier one has the file',
        cause: error,
      })
    }
  }

  /** A connection may break; a file is then copied from its beginning. */
  async #retrying(path: string, copy: () => Promise<void>): Promise<void> {
    const { pace } = this.#options
    for (let tryCount = 1; ; tryCount++) {
      try {
        return await copy()
      } catch (error) {
        const isPassing = error instanceof ClientError && error.kind === 'unreachable' && tryCount < TRY_COUNT_MAX
        if (!isPassing) throw error
        pace.warn(`${path}: ${error.message}; trying again`)
        await sleepUnlessAborted(RETRY_MS * tryCount, pace.signal)
      }
    }
  }

  async #suspectFiles(files: readonly ManifestFile[]): Promise<ManifestFile[]> {
    const { repository } = this.#options
    const checked = (await repository.completeSets()).filter(({ isChecked }) => isChecked).map(({ id }) => id)
    const suspects = await suspectBlobs(repository, checked)
    return files.filter(({ sha256 }) => suspects.has(sha256))
  }

  async #damagedFiles(files: readonly ManifestFile[], missing: readonly ManifestFile[]): Promise<ManifestFile[]> {
    const { repository, pace, jobCount } = this.#options
    const isMissing = new Set(missing.map(({ sha256 }) => sha256))
    const present = [...new Map(files.map((file) => [file.sha256, file])).values()].filter(
      ({ sha256 }) => !isMissing.has(sha256),
    )
    const damaged: ManifestFile[] = []
    pace.begin(
      'check',
      present.reduce((sum, { size }) => sum + size, 0),
      present.length,
    )
    await runParallel(present, jobCount, async (file) => {
      if ((await repository.blobFault(file.sha256, file.size, pace.take)) !== null) damaged.push(file)
      pace.endFile()
    })
    return damaged
  }
}

/** Those that the repository does not have, each content once. `repository`: null = there is none yet. */
export async function missingFiles(
  repository: Repository | null,
  files: readonly ManifestFile[],
): Promise<ManifestFile[]> {
  const missing = new Map<string, ManifestFile>()
  const sizes = files.length === 0 ? undefined : await repository?.blobSizes()
  for (const file of files) if (sizes?.get(file.sha256) !== file.size) missing.set(file.sha256, file)
  return [...missing.values()]
}
