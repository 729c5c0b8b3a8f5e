/**
 * A set → rows written into a database that is running, or that has other data. The set is first put together as a
 * directory of its own, which settles log, deletes and names; its rows are then written bucket by bucket, a bucket being
 * one measurement in one shard group, where every field has one type. Writing a bucket twice changes nothing, and a note of
 * each finished one lets a restore that was cut off go on.
 *
 *   STAGE/data     the directory, whole when there is an `outcome`     STAGE/written   a line for each finished bucket
 *   STAGE/begun    the target has room; where the copy is of what had to go
 */

import { createHash } from 'node:crypto'
import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { ClientError } from '../../client/client-error.js'
import { columnsOfFrame } from '../../client/columns-of-frame.js'
import { quoteName } from '../../client/quote-influxql.js'
import { columnOf, runStatement } from '../../client/run-statement.js'
import type { Target } from '../../client/target.js'
import {
  type Database,
  decodeRegistry,
  type Engine,
  type FileEntry,
  fileEntryOf,
  type PointColumns,
  type RetentionPolicy,
} from '../../engine/index.js'
import { BackupError } from '../backup/backup-error.js'
import { runParallel } from '../backup/run-parallel.js'
import { ColumnWriter, type RefusalHandler } from '../column-writer.js'
import {
  type IfExists,
  type RestoreDirectoryOptions,
  type RestoreOutcome,
  restoreDirectory,
} from './restore-directory.js'

export interface RestoreRowsOptions extends Omit<RestoreDirectoryOptions, 'into' | 'ifExists'> {
  readonly target: Target
  readonly ifExists: IfExists
  /** Has room for the whole set; the restore makes a folder of its own there. */
  readonly stageIn: string
  /** Copies what is about to be replaced; resolves with where it is. */
  readonly safeguard: (databases: readonly string[]) => Promise<string>
  /** Everything went well: the copy is not needed any more. */
  readonly forgetSafeguard: (place: string) => Promise<void>
  readonly now: () => bigint
}

export interface RestoreRowsOutcome extends RestoreOutcome {
  readonly databases: readonly string[]
  readonly writtenRows: number
  /** Older than the policy keeps. */
  readonly expiredRows: number
  readonly skippedBuckets: number
}

const OUTCOME = 'outcome'
const NO_LIMITS = { maxSelectPoint: 0, maxSelectSeries: 0, maxSelectBuckets: 0, maxRowLimit: 0, timeoutMs: 0 }

export async function restoreRows(options: RestoreRowsOptions): Promise<RestoreRowsOutcome> {
  const startedMs = performance.now()
  const stage = path.join(options.stageIn, `hyperbyte-restore-${digestOf(options)}`)
  const staged = { ...options, into: path.join(stage, 'data'), ifExists: 'replace' as const }
  if (options.isDryRun) return { ...(await restoreDirectory(staged)), ...NOTHING_WRITTEN }
  await mkdir(stage, { recursive: true })
  const outcome = (await readOutcome(stage)) ?? (await restoreDirectory(staged))
  await writeFile(path.join(stage, OUTCOME), JSON.stringify(outcome), { flush: true })
  const written = await options.withEngine(staged.into, (engine) => new RowRestore(options, engine, stage).run())
  await rm(stage, { recursive: true, force: true })
  return { ...outcome, ...written, elapsedMs: performance.now() - startedMs }
}

/** Of the directory, when it is whole. */
async function readOutcome(stage: string): Promise<RestoreOutcome | null> {
  try {
    return JSON.parse(await readFile(path.join(stage, OUTCOME), 'utf8')) as RestoreOutcome
  } catch {
    return null
  }
}

const NOTHING_WRITTEN = { databases: [], writtenRows: 0, expiredRows: 0, skippedBuckets: 0 }

/** Restores of the same parts to the same place share a stage, so that the second goes on with the first. */
function digestOf({ store, choice, selection, renames, target }: RestoreRowsOptions): string {
  const text = JSON.stringify([store.location, choice, selection, renames, target.name], (_key, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  )
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

interface Bucket {
  readonly database: string
  readonly retentionPolicy: string
  readonly measurement: string
  readonly startNs: bigint
  readonly endNs: bigint
  /** In files; a point may be in several. */
  readonly rowCount: number
}

class RowRestore {
  readonly #options: RestoreRowsOptions
  readonly #engine: Engine
  readonly #journal: string
  readonly #begun: string
  #writtenRows = 0
  #expiredRows = 0
  #skippedBuckets = 0

  constructor(options: RestoreRowsOptions, engine: Engine, stage: string) {
    this.#options = options
    this.#engine = engine
    this.#journal = path.join(stage, 'written')
    this.#begun = path.join(stage, 'begun')
  }

  async run(): Promise<Omit<RestoreRowsOutcome, keyof RestoreOutcome>> {
    const { pace, jobCount } = this.#options
    await this.#engine.flush()
    const buckets = await this.#buckets()
    const databases = [...this.#engine.catalog.meta.databases.values()]
    const lines = (await readFile(this.#journal, 'utf8').catch(() => '')).split('\n')
    const done = new Set(lines.filter((line) => line !== ''))
    const copy = await this.#makeRoom(databases, done)
    for (const database of databases) await this.#createDatabase(database)
    const rowCount = buckets.reduce((sum, bucket) => sum + bucket.rowCount, 0)
    pace.begin('write', rowCount, buckets.length, 'rows')
    await runParallel(buckets, Math.min(jobCount, 4), async (bucket) => {
      const key = keyOf(bucket)
      if (done.has(key)) this.#skippedBuckets++
      else {
        await this.#writeBucket(bucket)
        if (this.#options.isVerified) await this.#checkBucket(bucket)
        await appendFile(this.#journal, `${key}\n`)
      }
      pace.endFile()
    })
    if (copy !== null) await this.#options.forgetSafeguard(copy)
    return {
      databases: databases.map(({ name }) => name),
      writtenRows: this.#writtenRows,
      expiredRows: this.#expiredRows,
      skippedBuckets: this.#skippedBuckets,
    }
  }

  /** What the files of the stage hold, by measurement and shard group. */
  async #buckets(): Promise<Bucket[]> {
    const checkpoint = await this.#engine.checkpoint()
    const buckets = new Map<string, Bucket>()
    try {
      for await (const entry of decodeRegistry(checkpoint.registry())) {
        const file = fileEntryOf(entry)
        if (file === null) continue
        const bucket = this.#bucketOf(file)
        const key = keyOf(bucket)
        buckets.set(key, { ...bucket, rowCount: bucket.rowCount + (buckets.get(key)?.rowCount ?? 0) })
      }
    } finally {
      await checkpoint.release()
    }
    return [...buckets.values()]
  }

  #bucketOf({ table, bucketStartNs, rowCount }: FileEntry): Bucket {
    const { retentionPolicies } = this.#engine.catalog.database(table.database) as Database
    const policy = retentionPolicies.find(({ name }) => name === table.retentionPolicy) as RetentionPolicy
    return { ...table, startNs: bucketStartNs, endNs: bucketStartNs + policy.shardGroupDurationNs, rowCount }
  }

  /** The place of the copy of what was there, null when nothing had to go. Throws `conflict` when it may not. */
  async #makeRoom(databases: readonly Database[], done: ReadonlySet<string>): Promise<string | null> {
    const { target, ifExists, safeguard } = this.#options
    const begun = await this.#readBegun()
    // Nothing is finished yet: the end may have come between two drops.
    if (begun !== null && done.size === 0) await this.#drop(begun.replaced)
    if (begun !== null) return begun.copy
    const present = new Set(columnOf(await runStatement(target, 'SHOW DATABASES'), 'name').map(String))
    const existing = databases.map(({ name }) => name).filter((name) => present.has(name))
    if (existing.length > 0 && ifExists === 'fail') {
      const counts: string[] = []
      for (const name of existing) counts.push(`${name} (${await this.#describe(name)})`)
      throw new BackupError('conflict', `${target.name} has ${counts.join(', ')}`, {
        hint: '--if-exists merge writes over it, --if-exists replace drops it first, --to-database gives another name',
      })
    }
    const copy = existing.length > 0 && ifExists === 'replace' ? await safeguard(existing) : null
    const replaced = copy === null ? [] : existing
    await writeFile(this.#begun, JSON.stringify({ copy, replaced }), { flush: true })
    await this.#drop(replaced)
    return copy
  }

  async #drop(databases: readonly string[]): Promise<void> {
    for (const name of databases) await runStatement(this.#options.target, `DROP DATABASE ${quoteName(name)}`)
  }

  async #readBegun(): Promise<{ copy: string | null; replaced: readonly string[] } | null> {
    try {
      return JSON.parse(await readFile(this.#begun, 'utf8'))
    } catch {
      return null
    }
  }

  async #describe(database: string): Promise<string> {
    const measurements = columnOf(await runStatement(this.#options.target, 'SHOW MEASUREMENTS', { database }), 'name')
    const counts = await runStatement(this.#options.target, 'SELECT count(*) FROM /.*/', { database })
    // Of each measurement, the field that most rows have.
    const rowCount = counts.reduce((sum, { values = [] }) => {
      return sum + Math.max(0, ...values.flatMap((row) => row.slice(1).map(Number)))
    }, 0)
    return `${measurements.length} measurements, ${rowCount} rows`
  }

  async #createDatabase({ name, retentionPolicies, defaultRetentionPolicy }: Database): Promise<void> {
    const { target } = this.#options
    const database = quoteName(name)
    const present = columnOf(await runStatement(target, 'SHOW DATABASES'), 'name').includes(name)
    if (!present) await runStatement(target, `CREATE DATABASE ${database}`)
    const shown = await runStatement(target, `SHOW RETENTION POLICIES ON ${database}`)
    const known = new Set(columnOf(shown, 'name').map(String))
    for (const policy of retentionPolicies) {
      // One that is there keeps its own durations, unless this restore has just made it by default.
      const isMade = !present && known.has(policy.name)
      if (known.has(policy.name) && !isMade) continue
      const verb = isMade ? 'ALTER' : 'CREATE'
      const isDefault = policy.name === defaultRetentionPolicy && !present ? ' DEFAULT' : ''
      await runStatement(
        target,
        `${verb} RETENTION POLICY ${quoteName(policy.name)} ON ${database} DURATION ${printDuration(policy.durationNs)} ` +
          `REPLICATION ${policy.replication} SHARD DURATION ${printDuration(policy.shardGroupDurationNs)}${isDefault}`,
      )
    }
    if (present) return
    for (const madeName of known) {
      if (retentionPolicies.some((policy) => policy.name === madeName)) continue
      await runStatement(target, `DROP RETENTION POLICY ${quoteName(madeName)} ON ${database}`)
    }
  }

  async #writeBucket(bucket: Bucket): Promise<void> {
    const { target, pace } = this.#options
    const { database, retentionPolicy } = bucket
    const refusals = this.#refusalsOf(bucket)
    const { signal } = pace
    const writer = new ColumnWriter({ target, database, retentionPolicy, isCompressed: false, refusals, signal })
    const fields = this.#fieldsOf(bucket)
    for await (const event of this.#select(bucket, fields.map((field) => `${quoteName(field)}::field`).join(', '))) {
      signal.throwIfAborted()
      if (event.kind === 'statement-end') {
        if (event.error !== null) throw new BackupError('damaged', `${bucket.measurement}: ${event.error}`)
        continue
      }
      const columns = columnsOfFrame(event.frame)
      await pace.limit(byteCountOf(columns))
      await writer.add(columns)
      this.#writtenRows += columns.rowCount
      pace.count(columns.rowCount)
    }
    await writer.drain()
  }

  /** Rows that the policy no longer keeps are counted; anything else that is refused ends the restore. */
  #refusalsOf({ database, measurement }: Bucket): RefusalHandler {
    const { target } = this.#options
    return {
      onRefused: async (_columns, error) => {
        const expiredRows = expiredCount(error)
        if (expiredRows === null) {
          throw new BackupError(
            'conflict',
            `${target.name} refuses rows of ${database}.${measurement}: ${error.message}`,
          )
        }
        this.#expiredRows += expiredRows
        this.#writtenRows -= expiredRows
      },
      onUnspelled: (rowCount) => {
        const text = `${target.name} takes line protocol only, which cannot spell names in ${rowCount} rows of ${measurement}`
        throw new BackupError('conflict', text)
      },
    }
  }

  /** As many values of each field as in the set; in a merge there may be more. */
  async #checkBucket(bucket: Bucket): Promise<void> {
    const { target, ifExists } = this.#options
    const fields = this.#fieldsOf(bucket)
    const calls = fields.map((field) => `count(${quoteName(field)}::field)`).join(', ')
    const expected: number[] = []
    for await (const event of this.#select(bucket, calls, '')) {
      if (event.kind === 'frame')
        expected.push(...event.frame.columns.slice(1).map(({ column }) => Number(column.values[0])))
    }
    const text = this.#statement(bucket, calls, '')
    const [series] = await runStatement(target, text, bucket)
    const found = series?.values?.[0].slice(1).map(Number) ?? expected.map(() => 0)
    for (const [i, count] of expected.entries()) {
      const isRight = ifExists === 'merge' ? found[i] >= count : found[i] === count
      if (isRight || this.#expiredRows > 0) continue
      throw new BackupError(
        'damaged',
        `${bucket.measurement} has ${found[i]} values of ${fields[i]}, the set has ${count}`,
      )
    }
  }

  #select(bucket: Bucket, what: string, end = ' GROUP BY *') {
    return this.#engine.query({
      text: this.#statement(bucket, what, end),
      database: bucket.database,
      retentionPolicy: bucket.retentionPolicy,
      params: null,
      isReadOnlyContext: true,
      nowNs: this.#options.now(),
      limits: NO_LIMITS,
      authorizer: null,
      signal: this.#options.pace.signal,
    })
  }

  #statement({ database, retentionPolicy, measurement, startNs, endNs }: Bucket, what: string, end: string): string {
    const { selection } = this.#options
    const source = [database, retentionPolicy, measurement].map(quoteName).join('.')
    const from = selection?.start == null ? startNs : latest(startNs, BigInt(selection.start))
    const to = selection?.end == null ? endNs : earliest(endNs, BigInt(selection.end))
    return `SELECT ${what} FROM ${source} WHERE time >= ${clampTime(from)} AND time < ${clampTime(to)}${end}`
  }

  #fieldsOf({ startNs, endNs, ...table }: Bucket): string[] {
    return [...this.#engine.catalog.fieldTypes(table, { startNs, endNs }).keys()].sort()
  }
}

function keyOf({ database, retentionPolicy, measurement, startNs }: Bucket): string {
  return JSON.stringify([database, retentionPolicy, measurement, String(startNs)])
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

/** null when the write failed for another reason. */
function expiredCount({ message }: ClientError): number | null {
  const match = /^partial write: points beyond retention policy dropped=(\d+)$/.exec(message.trim())
  return match === null ? null : Number(match[1])
}

/** Shard groups at the edges reach beyond what a statement can say. */
function clampTime(timeNs: bigint): bigint {
  const [min, max] = [-9_223_372_036_854_775_806n, 9_223_372_036_854_775_806n]
  return timeNs < min ? min : timeNs > max ? max : timeNs
}

function latest(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

function earliest(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

function printDuration(ns: bigint): string {
  return ns === 0n ? 'INF' : `${ns / 1_000_000_000n}s`
}
