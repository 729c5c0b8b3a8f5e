/**
 * The rows of a set that has been put together as a directory, bucket by bucket. A bucket is one measurement in one
 * shard group, where every field has one type.
 */

import { quoteName } from '../../client/quote-influxql.js'
import {
  assert,
  type Column,
  decodeRegistry,
  type Engine,
  type FieldColumn,
  type FieldType,
  type FileEntry,
  fileEntryOf,
  isValid,
  type PointColumns,
  type ScanRequest,
  type SeriesFrame,
  type TableName,
  type TimeRange,
} from '../../engine/index.js'
import { BackupError } from '../backup/backup-error.js'
import type { Selection } from '../backup/repository/manifest.js'

export interface Bucket extends TableName {
  readonly startNs: bigint
  readonly endNs: bigint
  /** Of the first and last row. */
  readonly minNs: bigint
  readonly maxNs: bigint
  /** In files; a point may be in several. */
  readonly rowCount: number
}

export interface StagedRowsOptions {
  readonly rowsPerScan: number
  readonly selection: Selection | null
  readonly now: () => bigint
  readonly signal: AbortSignal
}

/** Some 30 MiB of ten columns to sort, several of them at a time. */
export const ROWS_PER_SCAN = 300_000

interface BucketScan {
  readonly series: Uint32Array
  readonly range: TimeRange
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
        const known = buckets.get(keyOf(bucket))
        buckets.set(keyOf(bucket), known === undefined ? bucket : join(known, bucket))
      }
    } finally {
      await checkpoint.release()
    }
    return [...buckets.values()]
  }

  /** By name, one type each. */
  typesOf({ database, retentionPolicy, measurement, startNs, endNs }: Bucket): Map<string, FieldType[]> {
    const table = { database, retentionPolicy, measurement }
    const types = this.#engine.catalog.fieldTypes(table, { startNs, endNs })
    return new Map([...types].map(([name, all]) => [name, [...all]]))
  }

  /** In pieces of one series each, a series' rows in order of time. */
  async *read(bucket: Bucket): AsyncGenerator<PointColumns> {
    const { catalog } = this.#engine
    const { measurement } = bucket
    const seriesTable = catalog.seriesTable(bucket.database)
    const { signal } = this.#options
    for await (const { series, range } of this.#scansOf(bucket)) {
      const request = this.#scanRequest(bucket, series, range)
      for await (const { group, rowCount, timestamps, columns } of catalog.scanner.scan(request, signal)) {
        signal.throwIfAborted()
        const tags = seriesTable.tagsOf(series[group])
        const fields = columns.map((column, i) => ({ ...column, name: request.fields[i].name }) as FieldColumn)
        yield { measurement, series: [tags], seriesOfRow: null, rowCount, timestamps, fields }
      }
    }
  }

  /** A bucket may be far larger than memory: scans of neighbours among the series, or of a part of the time of one. */
  async *#scansOf(bucket: Bucket): AsyncGenerator<BucketScan> {
    const { catalog } = this.#engine
    const seriesTable = catalog.seriesTable(bucket.database)
    const series = catalog.seriesIndex(bucket.database).ordinalsOf(bucket.measurement).slice()
    // As they lie in files, so that a scan reads few row groups.
    series.sort((a, b) => (seriesTable.idOf(a) < seriesTable.idOf(b) ? -1 : 1))
    const range = this.#rangeOf(bucket)
    const { rowsPerScan } = this.#options
    const counts = bucket.rowCount > rowsPerScan ? await this.#countRows(bucket, series, range) : null
    if (counts === null) {
      yield { series, range }
      return
    }
    let from = 0
    let rowCount = 0
    for (let i = 0; i <= series.length; i++) {
      const isFull = rowCount > 0 && rowCount + (counts[i] ?? 0) > rowsPerScan
      if (i === series.length || isFull) {
        const span = { startNs: latest(range.startNs, bucket.minNs), endNs: earliest(range.endNs, bucket.maxNs + 1n) }
        for (const part of cutRange(span, Math.ceil(rowCount / rowsPerScan))) {
          yield { series: series.subarray(from, i), range: part }
        }
        from = i
        rowCount = 0
      }
      rowCount += counts[i] ?? 0
    }
  }

  /** Of each series; null when there are too few to be worth counting. */
  async #countRows(bucket: Bucket, series: Uint32Array, range: TimeRange): Promise<Float64Array | null> {
    const { catalog } = this.#engine
    const request = this.#scanRequest(bucket, series, range)
    const calls = request.fields.map((_, field) => ({ function: 'count' as const, field, argument: 0 }))
    const counted = catalog.scanner.aggregate(
      { ...request, calls, needsTimes: false, window: null },
      this.#options.signal,
    )
    if (counted === null) return null
    const counts = new Float64Array(series.length)
    for await (const { group, values } of counted) {
      for (const column of values) {
        // Rows without any value of the field are not counted: the field that most rows have comes closest.
        if (isValid(column.validity, 0)) counts[group] = Math.max(counts[group], Number(column.values[0]))
      }
    }
    return counts
  }

  #scanRequest(bucket: Bucket, series: Uint32Array, range: TimeRange): ScanRequest {
    const { database, retentionPolicy, measurement } = bucket
    const fields = [...this.typesOf(bucket)].map(([name, [type]]) => ({ name, type }))
    return {
      table: { database, retentionPolicy, measurement },
      groups: Array.from(series, (ordinal) => ({ parts: [{ series: Uint32Array.of(ordinal), filter: null }] })),
      fields,
      outputFieldCount: fields.length,
      range,
      isDescending: false,
      rowLimitPerGroup: 0,
    }
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
    const { startNs, endNs } = this.#rangeOf(bucket)
    const source = [bucket.database, bucket.retentionPolicy, bucket.measurement].map(quoteName).join('.')
    return `SELECT ${what} FROM ${source} WHERE time >= ${clampTime(startNs)} AND time <= ${clampTime(endNs - 1n)}${end}`
  }

  #rangeOf({ startNs, endNs }: Bucket): TimeRange {
    const { start = null, end = null } = this.#options.selection ?? {}
    return {
      startNs: start === null ? startNs : latest(startNs, BigInt(start)),
      endNs: end === null ? endNs : earliest(endNs, BigInt(end)),
    }
  }

  /** Groups keep the bounds they were made with when the policy's shard duration changes. */
  #bucketOf({ table, bucketStartNs, minNs, maxNs, rowCount }: FileEntry): Bucket {
    const groups = this.#engine.catalog.shardGroups(table.database, table.retentionPolicy)
    const group = groups.find(({ startNs }) => startNs === bucketStartNs)
    assert(group !== undefined, 'a file belongs to a shard group')
    return { ...table, startNs: group.startNs, endNs: group.endNs, minNs, maxNs, rowCount }
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

function join(a: Bucket, b: Bucket): Bucket {
  const [minNs, maxNs] = [earliest(a.minNs, b.minNs), latest(a.maxNs, b.maxNs)]
  return { ...a, minNs, maxNs, rowCount: a.rowCount + b.rowCount }
}

/** Parts of one length, together the range. */
function* cutRange({ startNs, endNs }: TimeRange, count: number): Generator<TimeRange> {
  if (startNs >= endNs) return
  const divisor = BigInt(Math.max(1, count))
  const stepNs = (endNs - startNs + divisor - 1n) / divisor
  for (let fromNs = startNs; fromNs < endNs; fromNs += stepNs) {
    yield { startNs: fromNs, endNs: earliest(fromNs + stepNs, endNs) }
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
