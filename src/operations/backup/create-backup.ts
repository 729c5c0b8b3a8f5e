/**
 * A checkpoint → a set in a repository. The log comes first, because its snapshot costs the server disk space until it is
 * read; then the registry, which names the files; then the files that the repository does not have, several at a time.
 * The manifest is written last and only when everything before it went well, so a backup that is cut off at any moment
 * leaves blobs, which the next one finds, and no set.
 */

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
import { BackupError } from './backup-error.js'
import type { BytePace } from './byte-pace.js'
import { chooseType } from './choose-type.js'
import { FileCopies, missingFiles } from './file-copies.js'
import { LogReader, wholeRecords } from './log-records.js'
import { readBackBlobs } from './read-back-blobs.js'
import type { BackupType, Manifest, ManifestFile, ManifestLog, Selection } from './repository/manifest.js'
import { Repository } from './repository/repository.js'
import { withLock } from './repository/repository-lock.js'
import { type Compression, type StoredSegments, storeSegments } from './repository/segments.js'
import { NO_RENAMES, toManifestFile, toRegistrySelection } from './selection.js'
import { formatTimeNs, setIdOf } from './set-id.js'
import type { BlobStore } from './store/blob-store.js'

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
  /** Files that the repository did not have, and their bytes. */
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
    const { pace, jobCount, verify, compression } = this.#options
    const { type, parent } = await chooseType(this.#repository, info, this.#options)
    const id = await setIdOf(repository, info.timeNs)
    await repository.beginSet(id, { started: new Date().toISOString(), instance: info.instanceId, type })

    pace.begin('log', null, 0)
    const log = await this.#copyLog(checkpoint)
    pace.begin('registry', null, 0)
    const content = emptyContent()
    const { files, databases } = content
    const registry = await storeSegments(repository, this.#registry(checkpoint, content), compression, pace.take)
    this.#checkSelection(content)
    const copies = new FileCopies({ checkpoint, repository, jobCount, isReadBack: verify === 'new', pace })
    const added = await copies.copy(files, type)

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
    if (verify === 'all') {
      await readBackBlobs(repository, [...files, ...registry.segments, ...log.segments], { jobCount, pace })
    }
    pace.signal.throwIfAborted()
    await this.#confirm()
    await repository.finishSet(manifest)
    await this.#forgetUnfinished(id)
    return this.#outcome(manifest, added, logBytes, registryBytes)
  }

  /** What a backup would copy; the sizes of log and registry before packing. */
  async #preview(checkpoint: Checkpoint): Promise<CreateOutcome> {
    const { info } = checkpoint
    const { type, parent } = await chooseType(this.#repository, info, this.#options)
    const reader = this.#logReader(checkpoint)
    let logBytes = 0
    for await (const { length } of reader.read(wholeRecords(checkpoint.wal()))) logBytes += length
    const content = emptyContent()
    const { files, databases } = content
    let registryBytes = 0
    for await (const { length } of this.#registry(checkpoint, content)) registryBytes += length
    this.#checkSelection(content)
    const missing = await missingFiles(this.#repository, files)
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

  /** Backups that began and never ended: this one has used what they copied. */
  async #forgetUnfinished(ownId: string): Promise<void> {
    const repository = this.#repository as Repository
    for (const { id, state } of await repository.sets()) {
      if (state === 'partial' && id < ownId) await repository.removeSet(id)
    }
  }
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
