/**
 * A checkpoint → a set in a repository. The log comes first, because its snapshot costs the server disk space until it is
 * read; then the registry, which names the files; then the files that the repository does not have, several at a time.
 * The manifest is written last and only when everything before it went well, so a backup that is cut off at any moment
 * leaves blobs, which the next one finds, and no set.
 */

import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ClientError } from '../../client/client-error.js'
import {
  type Checkpoint,
  type CheckpointInfo,
  databaseNamesOf,
  decodeRegistry,
  encodeRegistry,
  fileEntryOf,
  type RegistrySelection,
  selectEntries,
} from '../../engine/index.js'
import { sleepUnlessAborted } from '../rate-limiter.js'
import { runParallel } from '../run-parallel.js'
import { BackupError } from './backup-error.js'
import type { BytePace } from './byte-pace.js'
import { LogReader, wholeRecords } from './log-records.js'
import {
  type BackupType,
  lineOf,
  type Manifest,
  type ManifestFile,
  type ManifestLog,
  type Selection,
} from './repository/manifest.js'
import { Repository } from './repository/repository.js'
import { withLock } from './repository/repository-lock.js'
import { type Compression, type StoredSegments, storeSegments } from './repository/segments.js'
import { NO_RENAMES, toManifestFile, toRegistrySelection } from './selection.js'
import { formatTimeNs, setIdOf } from './set-id.js'
import type { BlobStore } from './store/blob-store.js'
import { suspectBlobs } from './suspect-blobs.js'

const TRY_COUNT_MAX = 3
const RETRY_MS = 1000

export type VerifyMode = 'none' | 'new' | 'all'

export interface CreateOptions {
  readonly store: BlobStore
  readonly openCheckpoint: () => Promise<Checkpoint>
  readonly type: 'auto' | BackupType
  /** `auto` makes a full one when the last is older. */
  readonly fullEveryMs: number
  readonly selection: Selection | null
  readonly jobCount: number
  readonly verify: VerifyMode
  /** Of log and registry; Parquet files are packed already. */
  readonly compression: Compression
  readonly labels: Readonly<Record<string, string>>
  readonly waitLockMs: number
  readonly program: string
  readonly isDryRun: boolean
  readonly pace: BytePace
}

export interface CreateOutcome {
  readonly manifest: Manifest
  /** New files and their bytes; `readBackFiles` were there and have been read instead of copied. */
  readonly newFiles: number
  readonly newFileBytes: number
  readonly newLogBytes: number
  readonly newRegistryBytes: number
  readonly elapsedMs: number
}

/** What only the backup itself tells. */
type FoundInBackup = Pick<
  Manifest,
  'id' | 'finished' | 'type' | 'parent' | 'databases' | 'registry' | 'log' | 'files' | 'added'
>

/** What a backup notes of the registry while it copies it. */
interface RegistryContent {
  readonly files: ManifestFile[]
  readonly databases: string[]
  /** All that there are to select from; of the policies those of selected databases. */
  readonly known: { readonly databases: Set<string>; readonly policies: Set<string> }
}

export async function createBackup(options: CreateOptions): Promise<CreateOutcome> {
  const { store, waitLockMs, pace, isDryRun } = options
  if (isDryRun) return await new Creation(options, null, async () => undefined).run()
  const repository = await Repository.openOrCreate(store)
  return await withLock(store, { mode: 'write', waitMs: waitLockMs, signal: pace.signal }, (confirm) =>
    new Creation(options, repository, confirm).run(),
  )
}

class Creation {
  readonly #options: CreateOptions
  /** null in a dry run of a repository that does not exist yet. */
  #repository: Repository | null
  readonly #confirm: () => Promise<void>
  readonly #startedMs = performance.now()

  constructor(options: CreateOptions, repository: Repository | null, confirm: () => Promise<void>) {
    this.#options = options
    this.#repository = repository
    this.#confirm = confirm
  }

  async run(): Promise<CreateOutcome> {
    const { openCheckpoint, pace, isDryRun, store } = this.#options
    if (isDryRun) this.#repository = await Repository.openIfThere(store)
    pace.begin('checkpoint', null, 0)
    const checkpoint = await openCheckpoint()
    try {
      return isDryRun ? await this.#preview(checkpoint) : await this.#copy(checkpoint)
    } finally {
      await checkpoint.release()
    }
  }

  async #copy(checkpoint: Checkpoint): Promise<CreateOutcome> {
    const { info } = checkpoint
    const repository = this.#repository as Repository
    const { pace, verify, compression } = this.#options
    const { type, parent } = await this.#chooseType(info.instanceId, info.timeNs)
    const id = await setIdOf(repository, info.timeNs)
    await repository.beginSet(id, { started: new Date().toISOString(), instance: info.instanceId, type })

    pace.begin('log', null, 0)
    const log = await this.#copyLog(checkpoint)
    pace.begin('registry', null, 0)
    const content = emptyContent()
    const { files, databases } = content
    const registry = await storeSegments(repository, this.#registry(checkpoint, content), compression, pace.take)
    this.#checkSelection(content)
    const added = await this.#copyFiles(checkpoint, files, type)

    const { addedBytes: logBytes, addedCount: logCount, ...manifestLog } = log
    const { addedBytes: registryBytes, addedCount: registryCount, ...manifestRegistry } = registry
    const manifest = this.#manifestOf(info, {
      id,
      finished: new Date().toISOString(),
      type,
      parent,
      databases,
      registry: manifestRegistry,
      log: manifestLog,
      files,
      added: { files: added.count + logCount + registryCount, bytes: added.bytes + logBytes + registryBytes },
    })
    if (verify === 'all') await this.#readBack(manifest)
    pace.signal.throwIfAborted()
    await this.#confirm()
    await repository.finishSet(manifest)
    await this.#forgetUnfinished(id)
    return this.#outcome(manifest, added, logBytes, registryBytes)
  }

  /** What a backup would copy; the sizes of log and registry before packing. */
  async #preview(checkpoint: Checkpoint): Promise<CreateOutcome> {
    const { info } = checkpoint
    const { type, parent } = await this.#chooseType(info.instanceId, info.timeNs)
    const reader = this.#logReader(checkpoint)
    let logBytes = 0
    for await (const { length } of reader.read(wholeRecords(checkpoint.wal()))) logBytes += length
    const content = emptyContent()
    const { files, databases } = content
    let registryBytes = 0
    for await (const { length } of this.#registry(checkpoint, content)) registryBytes += length
    this.#checkSelection(content)
    const missing = await this.#missingFiles(files)
    const bytes = missing.reduce((sum, { size }) => sum + size, 0)
    const manifest = this.#manifestOf(info, {
      id: 'dry-run',
      finished: '',
      type,
      parent,
      databases,
      registry: { unpackedSize: registryBytes, segments: [] },
      log: { ...this.#logBounds(checkpoint), ...reader.facts(), unpackedSize: logBytes, segments: [] },
      files,
      added: { files: missing.length, bytes: bytes + logBytes + registryBytes },
    })
    return this.#outcome(manifest, { count: missing.length, bytes }, logBytes, registryBytes)
  }

  #manifestOf(info: CheckpointInfo, found: FoundInBackup): Manifest {
    const { instanceId, nodeId, timeNs } = info
    const { program, labels, selection, verify } = this.#options
    const origin = { time: formatTimeNs(timeNs), instance: instanceId, cluster: instanceId, node: nodeId }
    return { ...found, ...origin, program, labels, selection, verified: verify }
  }

  #outcome(
    manifest: Manifest,
    added: { count: number; bytes: number },
    newLogBytes: number,
    newRegistryBytes: number,
  ): CreateOutcome {
    const elapsedMs = performance.now() - this.#startedMs
    return { manifest, newFiles: added.count, newFileBytes: added.bytes, newLogBytes, newRegistryBytes, elapsedMs }
  }

  async #copyLog(checkpoint: Checkpoint): Promise<ManifestLog & Pick<StoredSegments, 'addedBytes' | 'addedCount'>> {
    const reader = this.#logReader(checkpoint)
    const repository = this.#repository as Repository
    const { compression, pace } = this.#options
    const records = reader.read(wholeRecords(checkpoint.wal()))
    const stored = await storeSegments(repository, records, compression, pace.take)
    return { ...this.#logBounds(checkpoint), ...reader.facts(), ...stored }
  }

  #logReader({ info }: Checkpoint): LogReader {
    return new LogReader(info, this.#options.selection)
  }

  #logBounds({ info }: Checkpoint): Pick<ManifestLog, 'flushedSequence' | 'lastSequence'> {
    return { flushedSequence: String(info.flushedSequence), lastSequence: String(info.lastSequence) }
  }

  /** The selected registry as a stream; `content` fills as it goes by. */
  #registry(checkpoint: Checkpoint, content: RegistryContent): AsyncIterable<Uint8Array> {
    const { selection } = this.#options
    const decoded = decodeRegistry(checkpoint.registry())
    if (selection === null) return encodeRegistry(noteContent(decoded, content))
    const { databaseName, policyName, ...rest } = toRegistrySelection(selection, NO_RENAMES)
    const noting: RegistrySelection = {
      ...rest,
      databaseName: (name) => {
        content.known.databases.add(name)
        return databaseName(name)
      },
      policyName: (database, name) => {
        content.known.policies.add(name)
        return policyName(database, name)
      },
    }
    return encodeRegistry(noteContent(selectEntries(decoded, noting), content))
  }

  /**
   * A name that was mistyped must not make an empty set that nobody looks at. What is left out may be there no longer: that
   * must not end every night's backup.
   */
  #checkSelection({ known }: RegistryContent): void {
    const { pace, selection } = this.#options
    const { databases, excluded = [], retentionPolicies } = selection ?? {}
    for (const name of excluded) if (!known.databases.has(name)) pace.warn(`there is no database ${name} to leave out`)
    const database = databases?.find((name) => !known.databases.has(name))
    if (database !== undefined) throw new BackupError('missing', `there is no database ${database}`)
    const policy = retentionPolicies?.find((name) => !known.policies.has(name))
    if (policy === undefined) return
    throw new BackupError('missing', `there is no retention policy ${policy} in what is to be backed up`)
  }

  async #copyFiles(
    checkpoint: Checkpoint,
    files: readonly ManifestFile[],
    type: BackupType,
  ): Promise<{ count: number; bytes: number }> {
    const { pace, jobCount, verify } = this.#options
    let missing = await this.#missingFiles(files)
    // What is there already is read again, and copied again when it is damaged: by a full backup, which takes nothing for
    // granted, all of it; by any other what the last check of a set found bad.
    const doubted = type === 'full' ? files : await this.#suspectFiles(files)
    missing = [...missing, ...(await this.#damagedFiles(doubted, missing))]
    const bytes = missing.reduce((sum, { size }) => sum + size, 0)
    const unread: ManifestFile[] = []
    pace.begin('copy', bytes, missing.length)
    await runParallel(missing, jobCount, async (file) => {
      pace.signal.throwIfAborted()
      if (!(await this.#copyHere(checkpoint, file))) {
        await this.#transfer(checkpoint, file)
        unread.push(file)
      }
      pace.endFile()
    })
    if (verify === 'new') await this.#readBackFiles(unread)
    return { count: missing.length, bytes }
  }

  /** Copies a file that lies on this machine, and reads it back. False when it does not, or is not what it should be. */
  async #copyHere({ info }: Checkpoint, { path, sha256, size }: ManifestFile): Promise<boolean> {
    const { pace } = this.#options
    if (pace.isLimited) return false
    const file = join(info.filesIn, path)
    const found = await stat(file).catch(() => null)
    if (found?.isFile() !== true || found.size !== size) return false
    let counted = 0
    const count = async (byteCount: number): Promise<void> => {
      await pace.take(byteCount)
      counted += byteCount
    }
    try {
      return await (this.#repository as Repository).copyBlob(sha256, size, file, count)
    } catch (error) {
      if (!(error instanceof BackupError) && !isFileMissing(error)) throw error
      pace.count(-counted)
      return false
    }
  }

  async #transfer(checkpoint: Checkpoint, { id, sha256, size, path }: ManifestFile): Promise<void> {
    const { pace } = this.#options
    const repository = this.#repository as Repository
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

  /** Each content once. */
  async #missingFiles(files: readonly ManifestFile[]): Promise<ManifestFile[]> {
    const missing = new Map<string, ManifestFile>()
    const sizes = files.length === 0 ? undefined : await this.#repository?.blobSizes()
    for (const file of files) if (sizes?.get(file.sha256) !== file.size) missing.set(file.sha256, file)
    return [...missing.values()]
  }

  async #suspectFiles(files: readonly ManifestFile[]): Promise<ManifestFile[]> {
    const repository = this.#repository as Repository
    const checked = (await repository.completeSets()).filter(({ isChecked }) => isChecked).map(({ id }) => id)
    const suspects = await suspectBlobs(repository, checked)
    return files.filter(({ sha256 }) => suspects.has(sha256))
  }

  async #damagedFiles(files: readonly ManifestFile[], missing: readonly ManifestFile[]): Promise<ManifestFile[]> {
    const { pace, jobCount } = this.#options
    const repository = this.#repository as Repository
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

  async #readBack({ files, registry, log }: Manifest): Promise<void> {
    await this.#readBackFiles([...files, ...registry.segments, ...log.segments])
  }

  async #readBackFiles(blobs: readonly { sha256: string; size: number }[]): Promise<void> {
    const { pace, jobCount } = this.#options
    const repository = this.#repository as Repository
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

  async #chooseType(instance: string, timeNs: bigint): Promise<{ type: BackupType; parent: string | null }> {
    const { type, fullEveryMs, selection } = this.#options
    const line = lineOf({ instance, selection })
    let parent: string | null = null
    let lastFullMs = Number.NEGATIVE_INFINITY
    const sets = (await this.#repository?.completeSets()) ?? []
    for (const { id } of sets.reverse()) {
      const manifest = await this.#readManifest(id)
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
  async #readManifest(id: string): Promise<Manifest | null> {
    try {
      return (await this.#repository?.manifest(id)) ?? null
    } catch (error) {
      if (!(error instanceof BackupError)) throw error
      this.#options.pace.warn(error.message)
      return null
    }
  }

  /** Backups that began and never ended: this one has used what they copied. */
  async #forgetUnfinished(ownId: string): Promise<void> {
    const repository = this.#repository as Repository
    for (const { id, state } of await repository.sets()) {
      if (state === 'partial' && id < ownId) await repository.removeSet(id)
    }
  }
}

/** It went away, or may not be read. */
function isFileMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOENT' || code === 'EACCES' || code === 'EPERM'
}

function emptyContent(): RegistryContent {
  return { files: [], databases: [], known: { databases: new Set(), policies: new Set() } }
}

async function* noteContent(
  entries: ReturnType<typeof decodeRegistry>,
  { files, databases }: RegistryContent,
): ReturnType<typeof decodeRegistry> {
  for await (const entry of entries) {
    const file = fileEntryOf(entry)
    if (file !== null) files.push(toManifestFile(file))
    databases.push(...(databaseNamesOf(entry) ?? []))
    yield entry
  }
}
