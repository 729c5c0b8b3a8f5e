/**
 * A set → rows written into a database that is running, or that has other data. The set is first put together as a
 * directory of its own, which settles log, deletes and names; its rows are then written bucket by bucket (staged-rows.ts).
 * Writing a bucket twice changes nothing, and a note of each finished one lets a restore that was cut off go on.
 *
 *   STAGE/data     the directory, whole when there is an `outcome`     STAGE/written   a line for each finished bucket
 *   STAGE/begun    the target has room; where the copy is of what had to go
 */

import { createHash } from 'node:crypto'
import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { ClientError } from '../../client/client-error.js'
import type { Target } from '../../client/target.js'
import { type Database, type Engine, HyperbyteError, type PointColumns } from '../../engine/index.js'
import { BackupError } from '../backup/backup-error.js'
import { Repository } from '../backup/repository/repository.js'
import { isDatabaseIn } from '../backup/selection.js'
import { ColumnWriter, type RefusalHandler } from '../column-writer.js'
import { runParallel } from '../run-parallel.js'
import { checkBucket, compareBucket } from './check-bucket.js'
import { chooseSet } from './choose-set.js'
import {
  type IfExists,
  type RestoreDirectoryOptions,
  type RestoreOutcome,
  restoreDirectory,
} from './restore-directory.js'
import { type Bucket, keyOf, ROWS_PER_SCAN, StagedRows } from './staged-rows.js'
import { TargetDatabases } from './target-databases.js'

export interface RestoreRowsOptions extends Omit<RestoreDirectoryOptions, 'into' | 'ifExists'> {
  readonly target: Target
  readonly ifExists: IfExists
  /** Has room for the whole set; the restore makes a folder of its own there. */
  readonly stageIn: string
  /** Copies what is about to be replaced; resolves with where it is. */
  readonly safeguard: (databases: readonly string[]) => Promise<string>
  /** Everything went well: the copy is not needed any more. */
  readonly forgetSafeguard: (place: string) => Promise<void>
  /** Of the pieces that are written, those that are read back and compared by value, 0 to 1. */
  readonly readShare: number
  readonly now: () => bigint
}

export interface RestoreRowsOutcome extends RestoreOutcome {
  readonly databases: readonly string[]
  /** Of a dry run: which of the databases the target has, and what is in them; '' = none. */
  readonly existing: string
  readonly writtenRows: number
  /** Older than the policy keeps. */
  readonly expiredRows: number
  /** Finished by an earlier restore that was cut off. */
  readonly skippedBuckets: number
  /** Users, continuous queries and subscriptions that the target did not get, and why. */
  readonly leftOut: readonly string[]
}

const OUTCOME = 'outcome'
const NOTHING_WRITTEN = { writtenRows: 0, expiredRows: 0, skippedBuckets: 0, leftOut: [] }

export async function restoreRows(options: RestoreRowsOptions): Promise<RestoreRowsOutcome> {
  const startedMs = performance.now()
  if (options.readShare > 0 && options.ifExists === 'merge') {
    throw new BackupError('usage', 'where rows are merged, what is read back is not what was restored', {
      hint: 'leave out --read-data, or --if-exists merge',
    })
  }
  const stage = path.join(options.stageIn, `hyperbyte-restore-${digestOf(options)}`)
  const staged = { ...options, into: path.join(stage, 'data'), ifExists: 'replace' as const }
  const whole = await readOutcome(stage)
  // Copying may take hours: what speaks against it is found before.
  const plan = whole === null || options.isDryRun ? await checkTarget(options) : null
  if (options.isDryRun) {
    return { ...(await restoreDirectory(staged)), ...NOTHING_WRITTEN, databases: [], existing: '', ...plan }
  }
  await mkdir(stage, { recursive: true })
  const outcome = whole ?? (await putTogether(staged))
  await writeFile(path.join(stage, OUTCOME), JSON.stringify(outcome), { flush: true })
  const written = await writeRows(options, stage, staged.into)
  await rm(stage, { recursive: true, force: true })
  return { ...outcome, ...written, existing: '', elapsedMs: performance.now() - startedMs }
}

type TargetPlan = Pick<RestoreRowsOutcome, 'databases' | 'existing' | 'replaced'>

/** Throws `conflict` when the target has one of the set's databases and may not. */
async function checkTarget(options: RestoreRowsOptions): Promise<TargetPlan> {
  const { store, choice, selection, renames, target, ifExists } = options
  const manifest = await chooseSet(await Repository.open(store), choice)
  const wanted = manifest.databases.filter((name) => isDatabaseIn(selection, name))
  const databases = wanted.map((name) => renames.database ?? name)
  const existing = await new TargetDatabases(target).existing(databases)
  if (ifExists === 'fail') await refuseExisting(target, existing)
  return {
    databases,
    existing: options.isDryRun ? await new TargetDatabases(target).describe(existing) : '',
    replaced: ifExists === 'replace' && existing.length > 0,
  }
}

async function refuseExisting(target: Target, existing: readonly string[]): Promise<void> {
  if (existing.length === 0) return
  const description = await new TargetDatabases(target).describe(existing)
  throw new BackupError('conflict', `${target.name} has ${description}`, {
    hint: '--if-exists merge writes over it, --if-exists replace drops it first, --to-database gives another name',
  })
}

async function putTogether(staged: RestoreDirectoryOptions): Promise<RestoreOutcome> {
  try {
    return await restoreDirectory(staged)
  } catch (error) {
    if (!(error instanceof HyperbyteError && error.code === 'no-space')) throw error
    throw new HyperbyteError('no-space', `${error.message}; --temp-dir names another place`, { cause: error })
  }
}

async function writeRows(options: RestoreRowsOptions, stage: string, dataDir: string): Promise<Written> {
  try {
    return await options.withEngine(dataDir, (engine) => new RowRestore(options, engine, stage).run())
  } catch (error) {
    options.pace.warn(`the set stays in ${stage}, for the same restore to go on with; remove it when nobody will`)
    throw error
  }
}

/** Of the directory, when it is whole. */
async function readOutcome(stage: string): Promise<RestoreOutcome | null> {
  try {
    return JSON.parse(await readFile(path.join(stage, OUTCOME), 'utf8')) as RestoreOutcome
  } catch {
    return null
  }
}

/** Restores of the same parts to the same place share a stage, so that the second goes on with the first. */
function digestOf({ store, choice, selection, renames, target }: RestoreRowsOptions): string {
  const text = JSON.stringify([store.location, choice, selection, renames, target.name], (_key, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  )
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

/** What was dropped to make room, and where its copy is; null when nothing had to go. */
interface Begun {
  readonly copy: string | null
  readonly replaced: readonly string[]
}

type Written = Omit<RestoreRowsOutcome, 'existing' | Exclude<keyof RestoreOutcome, 'replaced'>>

/** What is noted of a finished bucket. */
interface WrittenBucket {
  readonly key: string
  readonly writtenRows: number
  readonly expiredRows: number
}

class RowRestore {
  readonly #options: RestoreRowsOptions
  readonly #engine: Engine
  readonly #staged: StagedRows
  readonly #target: TargetDatabases
  readonly #journal: string
  readonly #begun: string

  constructor(options: RestoreRowsOptions, engine: Engine, stage: string) {
    this.#options = options
    this.#engine = engine
    const { selection, now, pace } = options
    this.#staged = new StagedRows(engine, { rowsPerScan: ROWS_PER_SCAN, selection, now, signal: pace.signal })
    this.#target = new TargetDatabases(options.target)
    this.#journal = path.join(stage, 'written')
    this.#begun = path.join(stage, 'begun')
  }

  async run(): Promise<Written> {
    await this.#engine.flush()
    const buckets = await this.#staged.buckets()
    const databases = [...this.#engine.catalog.meta.databases.values()]
    const done = await this.#readJournal()
    const { copy, replaced } = await this.#makeRoom(databases, done.size > 0)
    for (const database of databases) await this.#target.create(database)
    const skippedBuckets = done.size
    await this.#writeBuckets(buckets, done)
    const { isVerified, readShare } = this.#options
    if (isVerified || readShare > 0) await this.#checkBuckets(buckets, done)
    const written = [...done.values()]
    const leftOut = await this.#defineTheRest(databases)
    if (copy !== null) await this.#options.forgetSafeguard(copy)
    return {
      databases: databases.map(({ name }) => name),
      replaced: replaced.length > 0,
      writtenRows: written.reduce((sum, { writtenRows }) => sum + writtenRows, 0),
      expiredRows: written.reduce((sum, { expiredRows }) => sum + expiredRows, 0),
      skippedBuckets,
      leftOut,
    }
  }

  /** Throws `conflict` when what is there may not go. */
  async #makeRoom(databases: readonly Database[], isAnyDone: boolean): Promise<Begun> {
    const { target, ifExists, safeguard } = this.#options
    const begun = await this.#readBegun()
    // Nothing is finished yet: the end may have come between two drops.
    if (begun !== null && !isAnyDone) await this.#target.drop(begun.replaced)
    if (begun !== null) return begun
    const existing = await this.#target.existing(databases.map(({ name }) => name))
    if (ifExists === 'fail') await refuseExisting(target, existing)
    const copy = existing.length > 0 && ifExists === 'replace' ? await safeguard(existing) : null
    const made = { copy, replaced: copy === null ? [] : existing }
    await writeFile(this.#begun, JSON.stringify(made), { flush: true })
    await this.#target.drop(made.replaced)
    return made
  }

  async #readBegun(): Promise<Begun | null> {
    try {
      return JSON.parse(await readFile(this.#begun, 'utf8')) as Begun
    } catch {
      return null
    }
  }

  async #readJournal(): Promise<Map<string, WrittenBucket>> {
    const text = await readFile(this.#journal, 'utf8').catch(() => '')
    const done = new Map<string, WrittenBucket>()
    for (const line of text.split('\n')) {
      const note = parseNote(line)
      if (note !== null) done.set(note.key, note)
    }
    return done
  }

  /** Adds to `done` what is done. */
  async #writeBuckets(buckets: readonly Bucket[], done: Map<string, WrittenBucket>): Promise<void> {
    const { pace } = this.#options
    const rowCount = buckets.reduce((sum, bucket) => sum + bucket.rowCount, 0)
    pace.begin('write', rowCount, buckets.length, 'rows')
    await runParallel(buckets, this.#jobCount, async (bucket) => {
      const key = keyOf(bucket)
      if (done.has(key)) pace.count(bucket.rowCount)
      else {
        const written = await this.#writeBucket(bucket)
        // A line of its own even behind one that was cut off.
        await appendFile(this.#journal, `\n${JSON.stringify(written)}\n`)
        done.set(key, written)
      }
      pace.endFile()
    })
  }

  /**
   * When everything is written: by then most of it lies in files of the target, where it is counted faster than in memory.
   * Throws `damaged`; the same restore will then write anew what differs.
   */
  async #checkBuckets(buckets: readonly Bucket[], done: Map<string, WrittenBucket>): Promise<void> {
    const { pace } = this.#options
    const differences: string[] = []
    pace.begin('verify', buckets.length, 0, 'slices')
    await runParallel([...buckets.entries()], this.#jobCount, async ([index, bucket]) => {
      pace.signal.throwIfAborted()
      const key = keyOf(bucket)
      // Which of the rows the target left out, it did not say.
      const difference = done.get(key)?.expiredRows === 0 ? await this.#checkBucket(bucket, index) : null
      if (difference !== null) {
        differences.push(difference)
        done.delete(key)
      }
      pace.count(1)
    })
    if (differences.length === 0) return
    await writeFile(this.#journal, [...done.values()].map((written) => `${JSON.stringify(written)}\n`).join(''))
    const more = differences.length > 1 ? `; ${differences.length - 1} more differ` : ''
    throw new BackupError('damaged', `${differences[0]}${more}`, {
      hint: 'the same command writes anew what differs',
    })
  }

  async #checkBucket(bucket: Bucket, index: number): Promise<string | null> {
    const { target, ifExists, readShare, pace } = this.#options
    const staged = this.#staged
    // Evenly: 10 % are every tenth, not the first.
    const isRead = Math.floor((index + 1) * readShare) > Math.floor(index * readShare)
    if (isRead) return await compareBucket(bucket, { staged, target, signal: pace.signal })
    if (!this.#options.isVerified) return null
    return await checkBucket(bucket, { staged, target, isMerged: ifExists === 'merge' })
  }

  get #jobCount(): number {
    return Math.min(this.#options.jobCount, 4)
  }

  /** Resolves when everything is stored. */
  async #writeBucket(bucket: Bucket): Promise<WrittenBucket> {
    const { target, pace } = this.#options
    const { database, retentionPolicy } = bucket
    const { signal } = pace
    const refusals = new RowRefusals(target.name, bucket)
    const writer = new ColumnWriter({ target, database, retentionPolicy, isCompressed: false, refusals, signal })
    let rowCount = 0
    for await (const columns of this.#staged.read(bucket)) {
      await pace.limit(byteCountOf(columns))
      await writer.add(columns)
      rowCount += columns.rowCount
      pace.count(columns.rowCount)
    }
    await writer.drain()
    const { expiredRows } = refusals
    return { key: keyOf(bucket), writtenRows: rowCount - expiredRows, expiredRows }
  }

  /** After the rows, or a subscription would hand all of them on. */
  async #defineTheRest(databases: readonly Database[]): Promise<string[]> {
    const leftOut: string[] = []
    for (const database of databases) leftOut.push(...(await this.#target.define(database)))
    const users = [...this.#engine.catalog.meta.users.keys()]
    for (const user of await this.#target.missingUsers(users)) {
      leftOut.push(`user ${user}: of a password only its hash is known, which no statement takes`)
    }
    for (const text of leftOut) this.#options.pace.warn(`left out: ${text}`)
    return leftOut
  }
}

/** null when the line was cut off. */
function parseNote(line: string): WrittenBucket | null {
  try {
    return JSON.parse(line) as WrittenBucket
  } catch {
    return null
  }
}

/** Rows that the policy no longer keeps are counted; anything else that is refused ends the restore. */
class RowRefusals implements RefusalHandler {
  readonly #place: string
  readonly #name: string
  expiredRows = 0

  constructor(place: string, { database, retentionPolicy, measurement }: Bucket) {
    this.#place = place
    this.#name = `${database}.${retentionPolicy}.${measurement}`
  }

  async onRefused(_columns: readonly PointColumns[], { message }: ClientError): Promise<void> {
    const match = /^partial write: points beyond retention policy dropped=(\d+)$/.exec(message.trim())
    if (match === null) throw new BackupError('conflict', `${this.#place} refuses rows of ${this.#name}: ${message}`)
    this.expiredRows += Number(match[1])
  }

  onUnspelled(rowCount: number): void {
    const reason = `${this.#place} takes line protocol only, which cannot spell names in ${rowCount} of these rows`
    throw new BackupError('conflict', `${reason}: ${this.#name}`)
  }
}

/** Of the request that these columns make, about. */
function byteCountOf({ rowCount, fields }: PointColumns): number {
  let byteCount = 8 * rowCount
  for (const field of fields) {
    if (field.type === 'string') for (let row = 0; row < rowCount; row++) byteCount += field.values[row].length
    byteCount += (field.type === 'boolean' ? 1 : 8) * rowCount
  }
  return byteCount
}
