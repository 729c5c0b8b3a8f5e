/**
 * A set → a data directory, while no server has it. Everything is put together in `DIR/restoring`, next to nothing else,
 * and moved into place at the end; the registry is moved last, because it is what makes a directory a database. A
 * restore that was cut off goes on where it was: files are complete when they have their name.
 *
 *   DIR/restoring/restore.json   which set, which parts     DIR/replaced-TIME   the old database, until all is well
 */

import { mkdir, open, readdir, readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises'
import path from 'node:path'
import {
  addDatabases,
  decodeRegistry,
  type Engine,
  HyperbyteError,
  inspectDataDirectory,
  openRestored,
  restoreDataDirectory,
  rewriteRegistry,
  type StoredDatabase,
  selectEntries,
  storedDatabasesOf,
  syncPath,
} from '../../engine/index.js'
import { BackupError } from '../backup/backup-error.js'
import type { BytePace } from '../backup/byte-pace.js'
import type { Manifest, ManifestFile, Selection } from '../backup/repository/manifest.js'
import { Repository } from '../backup/repository/repository.js'
import { withLock } from '../backup/repository/repository-lock.js'
import { readSegments } from '../backup/repository/segments.js'
import { isDatabaseIn, isFileIn, NO_RENAMES, type Renames, toRegistrySelection } from '../backup/selection.js'
import { formatTimeNs, parseTimeNs } from '../backup/set-id.js'
import type { BlobStore } from '../backup/store/blob-store.js'
import { runParallel } from '../run-parallel.js'
import { chooseSet, type SetChoice } from './choose-set.js'
import { RestoredLog } from './read-log.js'

export type IfExists = 'fail' | 'merge' | 'replace'

export interface RestoreDirectoryOptions {
  readonly store: BlobStore
  readonly into: string
  readonly choice: SetChoice
  readonly selection: Selection | null
  readonly renames: Renames
  readonly ifExists: Exclude<IfExists, 'merge'>
  /** Goes on with the set of the restore that was cut off, even if there is a newer one. */
  readonly isResumed: boolean
  readonly isVerified: boolean
  readonly isDryRun: boolean
  readonly jobCount: number
  readonly waitLockMs: number
  readonly pace: BytePace
  /** Opens the restored directory, which replays its log, and closes it. */
  readonly withEngine: <T>(dataDir: string, run: (engine: Engine) => Promise<T>) => Promise<T>
}

export interface RestoreOutcome {
  readonly set: string
  /** RFC 3339: the moment whose data it is now. */
  readonly time: string
  readonly files: number
  readonly bytes: number
  readonly rows: number
  readonly logRecords: number
  /** Files that an earlier, unfinished restore had copied. */
  readonly reusedFiles: number
  readonly replaced: boolean
  readonly elapsedMs: number
}

const STAGE = 'restoring'
const STATE = 'restore.json'
/** Moved in this order: whoever finds a registry finds a whole database. */
const PARTS = ['data', 'wal', 'meta'] as const

export async function restoreDirectory(options: RestoreDirectoryOptions): Promise<RestoreOutcome> {
  const { store, waitLockMs, pace } = options
  const repository = await Repository.open(store)
  return await withLock(store, { mode: 'read', waitMs: waitLockMs, signal: pace.signal }, () =>
    new DirectoryRestore(options, repository).run(),
  )
}

interface StageParts {
  readonly manifest: Manifest
  readonly files: readonly ManifestFile[]
  readonly log: RestoredLog
  /** What the log needs that the registry does not have. */
  readonly younger: readonly StoredDatabase[]
}

interface StageState {
  readonly set: string
  readonly atNs: string | null
  readonly selection: Selection | null
  readonly renames: Renames
  /** True once everything is in the stage and checked; what is left is to move it. */
  readonly isWhole: boolean
  /** Where the old database goes; null when there is none. */
  readonly replacedAs: string | null
  /** True once nothing of the old database is in its place: what is there is new. */
  readonly isOldAside: boolean
}

class DirectoryRestore {
  readonly #options: RestoreDirectoryOptions
  readonly #repository: Repository
  readonly #into: string
  readonly #stage: string
  readonly #startedMs = performance.now()
  #reusedFiles = 0

  constructor(options: RestoreDirectoryOptions, repository: Repository) {
    this.#options = options
    this.#repository = repository
    this.#into = path.resolve(options.into)
    this.#stage = path.join(this.#into, STAGE)
  }

  async run(): Promise<RestoreOutcome> {
    const { choice, isDryRun, isResumed } = this.#options
    const left = await this.#readState()
    const isGoingOn = isResumed && left !== null
    const manifest = await chooseSet(this.#repository, isGoingOn ? { kind: 'id', id: left.set } : choice)
    const atText = choice.kind === 'at' ? String(choice.timeNs) : null
    const atNs = isGoingOn ? left.atNs : atText
    const { selection, renames } = this.#options
    const wanted = { set: manifest.id, atNs, selection, renames }
    const known = left !== null && isSame(left, wanted) ? left : null
    const log = await RestoredLog.open(this.#repository, manifest, atNs === null ? null : BigInt(atNs))
    const younger = await log.youngerDatabases()
    const files = this.#checkParts(manifest, younger)
    await this.#checkPolicies(manifest, younger)
    const replacedAs = known?.isWhole === true ? known.replacedAs : await this.#checkTarget()
    const isReplacing = replacedAs !== null
    if (known?.isWhole !== true) await this.#checkRoom(files)
    if (isDryRun) {
      await readToEnd(log.records(selection))
      this.#tellGap(log)
      return this.#outcome(manifest, files, log, isReplacing)
    }
    if (known === null) await rm(this.#stage, { recursive: true, force: true })
    const begun = { ...wanted, isWhole: false, replacedAs, isOldAside: replacedAs === null }
    await this.#moveIn(
      known?.isWhole === true ? known : await this.#fillStage({ manifest, files, log, younger }, begun),
    )
    this.#tellGap(log)
    return this.#outcome(manifest, files, log, isReplacing)
  }

  async #fillStage({ manifest, files, log, younger }: StageParts, state: StageState): Promise<StageState> {
    await mkdir(this.#stage, { recursive: true })
    await this.#writeState(state)
    await this.#copyFiles(files)
    await this.#writeStores(manifest, log, younger)
    await openRestored(this.#stage).sync()
    await this.#settle(files)
    const whole = { ...state, isWhole: true }
    await this.#writeState(whole)
    return whole
  }

  async #copyFiles(files: readonly ManifestFile[]): Promise<void> {
    const { pace, jobCount } = this.#options
    const directory = openRestored(this.#stage)
    const repository = this.#repository
    pace.begin(
      'copy',
      files.reduce((sum, { size }) => sum + size, 0),
      files.length,
    )
    await runParallel(files, jobCount, async (file) => {
      const { path: name, sha256, size } = file
      const target = await directory.filePath(name)
      const found = await stat(target).catch(() => null)
      if (found?.size === size) {
        this.#reusedFiles++
        await pace.take(size)
      } else {
        const isHere = repository.fileOfBlob(sha256) !== null && !pace.isLimited
        await durably(target, (temporary) =>
          isHere
            ? repository.copyBlobTo(temporary, file, pace.take)
            : writeSynced(temporary, pace.pass(repository.readBlob(sha256, size))),
        )
      }
      pace.endFile()
    })
    await directory.sync()
  }

  async #writeStores(manifest: Manifest, log: RestoredLog, younger: readonly StoredDatabase[]): Promise<void> {
    const { selection, pace } = this.#options
    for (const part of ['meta', 'wal']) await rm(path.join(this.#stage, part), { recursive: true, force: true })
    pace.begin('registry and log', null, 0)
    const stored = decodeRegistry(pace.pass(readSegments(this.#repository, manifest.registry)))
    const decoded = addDatabases(stored, younger)
    // New names come last, when the log, which has the old ones, is empty.
    const entries = selection === null ? decoded : selectEntries(decoded, toRegistrySelection(selection, NO_RENAMES))
    await restoreDataDirectory(this.#stage, { entries, records: pace.pass(log.records(selection)) })
  }

  /** Opens what was put together, which replays the log, and gives it its new names. */
  async #settle(files: readonly ManifestFile[]): Promise<void> {
    const { isVerified, renames, selection, withEngine, pace } = this.#options
    const isRenamed = renames.database !== null || renames.retentionPolicy !== null
    if (!isVerified && !isRenamed) return
    pace.begin('open', null, 0)
    const expected = files.length
    await withEngine(this.#stage, async (engine) => {
      const { parquetFileCount } = engine.stats()
      if (parquetFileCount >= expected) return
      throw new BackupError('damaged', `the restored database has ${parquetFileCount} files instead of ${expected}`)
    })
    if (isRenamed) {
      const registrySelection = toRegistrySelection(selection, renames)
      await rewriteRegistry(this.#stage, (entries) => selectEntries(entries, registrySelection))
    }
  }

  /** May be cut off and begun again between any two steps. */
  async #moveIn(state: StageState): Promise<void> {
    const replaced = state.replacedAs === null ? null : path.join(this.#into, state.replacedAs)
    if (replaced !== null && !state.isOldAside) {
      await mkdir(replaced, { recursive: true })
      // The registry first: without it the rest is no database any more.
      for (const part of [...PARTS].reverse()) await moveIfThere(path.join(this.#into, part), path.join(replaced, part))
      await syncPath(this.#into)
      await this.#writeState({ ...state, isOldAside: true })
    }
    for (const part of PARTS) await moveIfThere(path.join(this.#stage, part), path.join(this.#into, part))
    await syncPath(this.#into)
    if (replaced !== null) await rm(replaced, { recursive: true, force: true })
    // The state goes last.
    for (const name of await readdir(this.#stage)) {
      if (name !== STATE) await rm(path.join(this.#stage, name), { recursive: true, force: true })
    }
    await rm(this.#stage, { recursive: true, force: true })
  }

  /** The files to restore. Throws `missing` when a name in the flags is not in the set. */
  #checkParts({ id, files, databases }: Manifest, younger: readonly StoredDatabase[]): ManifestFile[] {
    const { selection, renames } = this.#options
    for (const name of selection?.databases ?? []) {
      if (databases.includes(name) || younger.some((each) => each.name === name)) continue
      throw new BackupError('missing', `the set ${id} does not hold the database ${name}`, {
        hint: `it holds ${databases.join(', ') || 'none'}`,
      })
    }
    if (renames.database !== null && selection?.databases?.length !== 1) {
      throw new BackupError('usage', 'a new name needs one database to give it to', {
        hint: '--database OLD --to-database NEW',
      })
    }
    if (renames.retentionPolicy !== null && selection?.retentionPolicies?.length !== 1) {
      throw new BackupError('usage', 'a new name needs one retention policy to give it to', {
        hint: '--rp OLD --to-rp NEW',
      })
    }
    return files.filter((file) => isFileIn(selection, file))
  }

  #tellGap({ hasGap }: RestoredLog): void {
    if (hasGap)
      this.#options.pace.warn('the log up to that time is not in the backups: this is as of an earlier moment')
  }

  /** Throws `missing` when no database that is selected has one of the policies. */
  async #checkPolicies({ id, registry }: Manifest, younger: readonly StoredDatabase[]): Promise<void> {
    const { selection } = this.#options
    if (selection === null || selection.retentionPolicies === null) return
    for await (const entry of decodeRegistry(readSegments(this.#repository, registry))) {
      const databases = storedDatabasesOf(entry)
      if (databases === null) continue
      const names = [...databases.values(), ...younger]
        .filter(({ name }) => isDatabaseIn(selection, name))
        .flatMap(({ retentionPolicies }) => retentionPolicies.map(({ name }) => name))
      for (const name of selection.retentionPolicies) {
        if (names.includes(name)) continue
        throw new BackupError('missing', `the set ${id} does not hold the retention policy ${name}`, {
          hint: `it holds ${[...new Set(names)].join(', ') || 'none'}`,
        })
      }
      return
    }
  }

  /** Throws `no-space` before anything is written. */
  async #checkRoom(files: readonly ManifestFile[]): Promise<void> {
    const needed = files.reduce((sum, { size }) => sum + size, 0)
    const { bavail, bsize } = await statfs(await nearestDirectory(this.#into))
    if (bavail * bsize >= needed) return
    throw new HyperbyteError('no-space', `${this.#into} has room for ${bavail * bsize} bytes; the files need ${needed}`)
  }

  /**
   * Where an old database that has to make room goes; null when there is none. Throws `conflict` or, when a server has it,
   * `locked`.
   */
  async #checkTarget(): Promise<string | null> {
    const names = (await readdir(this.#into).catch(() => [] as string[])).filter(
      (name) => name !== STAGE && name !== 'lost+found' && !name.startsWith('replaced-'),
    )
    if (names.length === 0) return null
    const content = await inspectDataDirectory(this.#into)
    if (content === null) {
      throw new BackupError('conflict', `${this.#into} is not empty: it holds ${names[0]}`, {
        hint: 'name an empty directory with --into',
      })
    }
    if (this.#options.ifExists === 'replace') {
      return `replaced-${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}`
    }
    const lines = content.map(({ database, rowCount }) => `${database} ${rowCount} rows`)
    throw new BackupError('conflict', `${this.#into} holds a database: ${lines.join(', ') || 'empty'}`, {
      hint: 'restore into another directory, or replace this one with --if-exists replace',
    })
  }

  #outcome(manifest: Manifest, files: readonly ManifestFile[], log: RestoredLog, isReplacing: boolean): RestoreOutcome {
    const { choice } = this.#options
    const reachedNs = log.end.timeNs
    const isLater = choice.kind === 'at' && reachedNs !== null && reachedNs > parseTimeNs(manifest.time)
    return {
      set: manifest.id,
      time: isLater ? formatTimeNs(reachedNs) : manifest.time,
      files: files.length,
      bytes: files.reduce((sum, { size }) => sum + size, 0),
      rows: files.reduce((sum, { rows }) => sum + rows, 0),
      logRecords: Number(log.end.sequence - BigInt(manifest.log.flushedSequence)),
      reusedFiles: this.#reusedFiles,
      replaced: isReplacing,
      elapsedMs: performance.now() - this.#startedMs,
    }
  }

  async #readState(): Promise<StageState | null> {
    try {
      return JSON.parse(await readFile(path.join(this.#stage, STATE), 'utf8')) as StageState
    } catch {
      return null
    }
  }

  async #writeState(state: StageState): Promise<void> {
    const file = path.join(this.#stage, STATE)
    await writeFile(`${file}.tmp`, `${JSON.stringify(state)}\n`, { flush: true })
    await rename(`${file}.tmp`, file)
    // What is done next relies on it.
    await syncPath(this.#stage)
  }
}

function isSame(
  { set, atNs, selection, renames }: StageState,
  wanted: Pick<StageState, 'set' | 'atNs' | 'selection' | 'renames'>,
): boolean {
  return JSON.stringify({ set, atNs, selection, renames }) === JSON.stringify(wanted)
}

/** `make` makes the file under a temporary name, and syncs it. */
async function durably(target: string, make: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${target}.tmp`
  await make(temporary)
  await rename(temporary, target)
}

async function writeSynced(file: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  const handle = await open(file, 'w')
  try {
    for await (const piece of pieces) await handle.writeFile(piece)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function readToEnd(pieces: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of pieces);
}

async function moveIfThere(from: string, to: string): Promise<void> {
  const isThere = await stat(from).catch(() => null)
  if (isThere !== null) await rename(from, to)
}

async function nearestDirectory(directory: string): Promise<string> {
  for (let at = directory; ; at = path.dirname(at)) {
    if ((await stat(at).catch(() => null))?.isDirectory() === true || at === path.dirname(at)) return at
  }
}
