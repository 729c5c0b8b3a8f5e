/**
 * The rows of a set that has been put together as a directory, bucket by bucket. A bucket is one measurement in one
 * shard group, where every field has one type.
 */

import { columnsOfFrame } from '../../client/columns-of-frame.js'
import { quoteName } from '../../client/quote-influxql.js'
import {
  assert,
  type Column,
  decodeRegistry,
  type Engine,
  type FileEntry,
  fileEntryOf,
  type PointColumns,
  type SeriesFrame,
  type TableName,
} from '../../engine/index.js'
import { BackupError } from '../backup/backup-error.js'
import type { Selection } from '../backup/repository/manifest.js'

export interface Bucket extends TableName {
  readonly startNs: bigint
  readonly endNs: bigint
  /** In files; a point may be in several. */
  readonly rowCount: number
}

export interface StagedRowsOptions {
  readonly selection: Selection | null
  readonly now: () => bigint
  readonly signal: AbortSignal
}

const NO_LIMITS = { maxSelectPoint: 0, maxSelectSeries: 0, maxSelectBuckets: 0, maxRowLimit: 0, timeoutMs: 0 }

/** Names the bucket in notes about what is done. */
export function keyOf({ database, retentionPolicy, measurement, startNs }: Bucket): string {
  return JSON.stringify([database, retentionPolicy, measurement, String(startNs)])
}

export class StagedRows {
  readonly #engine: Engine
  readonly #options: StagedRowsOptions

  constructor(engine: Engine, options: StagedRowsOptions) {
    this.#engine = engine
    this.#options = options
  }

  async buckets(): Promise<Bucket[]> {
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

  /** Sorted. */
  fieldsOf({ startNs, endNs, ...table }: Bucket): string[] {
    return [...this.#engine.catalog.fieldTypes(table, { startNs, endNs }).keys()].sort()
  }

  /** Series by series, in order of time. */
  async *read(bucket: Bucket): AsyncGenerator<PointColumns> {
    const fields = this.fieldsOf(bucket).map((field) => `${quoteName(field)}::field`)
    const text = this.selectText(bucket, fields.join(', '), ' GROUP BY *')
    for await (const frame of this.#frames(bucket, text)) yield columnsOfFrame(frame)
  }

  /** The rows of an aggregation over the whole bucket: the time and the values of each. */
  async *aggregate(bucket: Bucket, text: string): AsyncGenerator<{ timeNs: bigint; values: readonly unknown[] }> {
    for await (const { columns, rowCount } of this.#frames(bucket, text)) {
      const [time, ...others] = columns.map(({ column }): Column => column)
      for (let row = 0; row < rowCount; row++) {
        yield { timeNs: time.values[row] as bigint, values: others.map(({ values }) => values[row]) }
      }
    }
  }

  /** Rows of the bucket that are wanted, here and in a target. */
  selectText(bucket: Bucket, what: string, end: string): string {
    const { start = null, end: last = null } = this.#options.selection ?? {}
    const source = [bucket.database, bucket.retentionPolicy, bucket.measurement].map(quoteName).join('.')
    const from = start === null ? bucket.startNs : latest(bucket.startNs, BigInt(start))
    const to = last === null ? bucket.endNs : earliest(bucket.endNs, BigInt(last))
    return `SELECT ${what} FROM ${source} WHERE time >= ${clampTime(from)} AND time <= ${clampTime(to - 1n)}${end}`
  }

  /** Groups keep the bounds they were made with when the policy's shard duration changes. */
  #bucketOf({ table, bucketStartNs, rowCount }: FileEntry): Bucket {
    const groups = this.#engine.catalog.shardGroups(table.database, table.retentionPolicy)
    const group = groups.find(({ startNs }) => startNs === bucketStartNs)
    assert(group !== undefined, 'a file belongs to a shard group')
    return { ...table, startNs: group.startNs, endNs: group.endNs, rowCount }
  }

  async *#frames({ database, retentionPolicy, measurement }: Bucket, text: string): AsyncGenerator<SeriesFrame> {
    const { now, signal } = this.#options
    const events = this.#engine.query({
      text,
      database,
      retentionPolicy,
      params: null,
      isReadOnlyContext: true,
      nowNs: now(),
      limits: NO_LIMITS,
      authorizer: null,
      signal,
    })
    for await (const event of events) {
      signal.throwIfAborted()
      if (event.kind === 'frame') yield event.frame
      else if (event.error !== null) throw new BackupError('damaged', `${measurement}: ${event.error}`)
    }
  }
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
