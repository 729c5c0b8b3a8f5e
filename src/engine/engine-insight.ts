/**
 * The database seen from inside, for dashboards: what each database holds, what its files look like, what waits to be done,
 * which statements cost what. Cheap enough to be asked every second: nothing here walks over files or series.
 */

import type { TableName } from './domain/table-name.js'
import { ALL_TIME } from './domain/time-range.js'
import type { EngineState } from './engine-state.js'
import type { RetentionPolicy } from './metadata/meta-state.js'
import type { StatementInfo, StatementStatistics } from './query/statement-statistics.js'
import type { TableState } from './storage/table-state.js'
import { SIZE_CLASS_BYTES } from './storage/table-totals.js'

/** What lies in files. Times are null when nothing does. */
export interface StoredTotals {
  readonly fileCount: number
  readonly byteCount: number
  readonly rowCount: number
  readonly minNs: bigint | null
  readonly maxNs: bigint | null
}

export interface PolicyInsight extends StoredTotals {
  readonly policy: RetentionPolicy
}

export interface DatabaseInsight extends StoredTotals {
  readonly name: string
  /** Since the start. */
  readonly writtenRowCount: number
  readonly seriesCount: number
  readonly measurementCount: number
  readonly defaultRetentionPolicy: string
  readonly policies: readonly PolicyInsight[]
}

export interface MeasurementInsight extends StoredTotals {
  readonly name: string
  /** Over all policies. */
  readonly seriesCount: number
}

export interface TagInsight {
  readonly name: string
  readonly valueCount: number
  /** Those with most series, largest first. */
  readonly values: readonly { readonly value: string; readonly seriesCount: number }[]
}

export interface ColumnsInsight {
  readonly fields: readonly { readonly name: string; readonly types: readonly string[] }[]
  readonly tags: readonly TagInsight[]
}

export interface MergeGroup {
  readonly table: TableName
  readonly bucketStartNs: bigint
  readonly fileCount: number
  readonly byteCount: number
}

export interface Expiry {
  readonly database: string
  readonly retentionPolicy: string
  readonly atNs: bigint
  readonly fileCount: number
  readonly byteCount: number
}

export interface StorageInsight {
  /** By `SIZE_CLASS_BYTES`; the last class has no bound. */
  readonly sizeClasses: readonly { readonly upToBytes: number | null; fileCount: number; byteCount: number }[]
  readonly isFlushing: boolean
  readonly isMerging: boolean
  readonly frozenMemtableCount: number
  /** As it was at most ten seconds ago. */
  readonly mergeQueue: readonly MergeGroup[]
  /** Soonest first. */
  readonly expiries: readonly Expiry[]
}

export interface EngineInsight {
  databases(): readonly DatabaseInsight[]
  storage(): StorageInsight
  /** Empty when there is no such policy. */
  measurements(database: string, retentionPolicy: string): readonly MeasurementInsight[]
  /** Empty when there is no such measurement. Reads the tags of a bounded number of series. */
  columns(database: string, measurement: string): ColumnsInsight
  statements(countMax: number): readonly StatementInfo[]
}

export interface InsightSources {
  readonly state: EngineState
  readonly statistics: StatementStatistics
  readonly isFlushing: () => boolean
  readonly isMerging: () => boolean
  /** Walks over all files. */
  readonly planMerges: () => readonly MergeGroup[]
}

/** Planning sorts the files of every bucket: 10 ms for ten thousand. */
const MERGE_QUEUE_AGE_MS_MAX = 10_000
/** Of a measurement with more series, the values of these are counted. */
const COUNTED_SERIES_MAX = 20_000
const SHOWN_VALUE_COUNT = 20

export class LocalInsight implements EngineInsight {
  readonly #sources: InsightSources
  #mergeQueue: readonly MergeGroup[] = []
  #plannedAtMs = Number.NEGATIVE_INFINITY

  constructor(sources: InsightSources) {
    this.#sources = sources
  }

  databases(): readonly DatabaseInsight[] {
    const { state } = this.#sources
    const byPolicy = new Map<string, TableState[]>()
    for (const table of state.storage.tables()) {
      const key = policyKey(table.name.database, table.name.retentionPolicy)
      const tables = byPolicy.get(key)
      if (tables === undefined) byPolicy.set(key, [table])
      else tables.push(table)
    }
    return [...state.meta.databases.values()].map(({ name, retentionPolicies, defaultRetentionPolicy }) => {
      const runtime = state.runtime(name)
      const policies = retentionPolicies.map((policy) => ({
        policy,
        ...sumOf((byPolicy.get(policyKey(name, policy.name)) ?? []).map(storedIn)),
      }))
      return {
        name,
        writtenRowCount: runtime.writtenRowCount,
        seriesCount: runtime.seriesTable.count,
        measurementCount: runtime.seriesIndex.measurements().length,
        defaultRetentionPolicy,
        policies,
        ...sumOf(policies),
      }
    })
  }

  storage(): StorageInsight {
    const { state, isFlushing, isMerging } = this.#sources
    const sizeClasses = [...SIZE_CLASS_BYTES, null].map((upToBytes) => ({ upToBytes, fileCount: 0, byteCount: 0 }))
    for (const { totals } of state.storage.tables()) {
      sizeClasses.forEach((sizeClass, i) => {
        sizeClass.fileCount += totals.classFileCounts[i]
        sizeClass.byteCount += totals.classByteCounts[i]
      })
    }
    return {
      sizeClasses,
      isFlushing: isFlushing(),
      isMerging: isMerging(),
      frozenMemtableCount: state.storage.frozenCount,
      mergeQueue: this.#plannedMerges(),
      expiries: this.#expiries(),
    }
  }

  measurements(database: string, retentionPolicy: string): readonly MeasurementInsight[] {
    const { state } = this.#sources
    const runtime = state.runtimes.get(database)
    if (runtime === undefined) return []
    const stored = new Map<string, StoredTotals>()
    for (const table of state.storage.tables()) {
      const { name } = table
      if (name.database === database && name.retentionPolicy === retentionPolicy)
        stored.set(name.measurement, storedIn(table))
    }
    return state.catalog.measurementsOf(database, retentionPolicy).map((name) => ({
      name,
      seriesCount: runtime.seriesIndex.seriesCount(name),
      ...(stored.get(name) ?? NOTHING_STORED),
    }))
  }

  columns(database: string, measurement: string): ColumnsInsight {
    const { state } = this.#sources
    const runtime = state.runtimes.get(database)
    if (runtime === undefined) return { fields: [], tags: [] }
    const types = new Map<string, Set<string>>()
    for (const { name: retentionPolicy } of state.database(database)?.retentionPolicies ?? []) {
      const found = state.catalog.fieldTypes({ database, retentionPolicy, measurement }, ALL_TIME)
      for (const [field, fieldTypes] of found) {
        types.set(field, new Set([...(types.get(field) ?? []), ...fieldTypes]))
      }
    }
    const { seriesIndex } = runtime
    const counted = seriesIndex.ordinalsOf(measurement).subarray(0, COUNTED_SERIES_MAX)
    const tags = seriesIndex.tagKeys(measurement).map((name) => ({
      name,
      valueCount: seriesIndex.tagValueCount(measurement, name),
      values: topValues(counted, seriesIndex.tagReader(measurement, name)),
    }))
    return { fields: [...types].sort(byName).map(([name, of]) => ({ name, types: [...of].sort() })), tags }
  }

  statements(countMax: number): readonly StatementInfo[] {
    return this.#sources.statistics.list(countMax)
  }

  #plannedMerges(): readonly MergeGroup[] {
    const nowMs = this.#sources.state.options.monotonicMs()
    if (nowMs - this.#plannedAtMs > MERGE_QUEUE_AGE_MS_MAX) {
      this.#plannedAtMs = nowMs
      this.#mergeQueue = this.#sources.planMerges()
    }
    return this.#mergeQueue
  }

  /** Of each policy that does not keep for ever, the bucket that goes next. */
  #expiries(): Expiry[] {
    const { state } = this.#sources
    const byPolicy = new Map<string, Expiry>()
    for (const { name, totals } of state.storage.tables()) {
      const { database, retentionPolicy } = name
      const policy = state.policy(database, retentionPolicy)
      if (policy === undefined || policy.durationNs === 0n || totals.oldestBucketNs === null) continue
      const atNs = totals.oldestBucketNs + policy.shardGroupDurationNs + policy.durationNs
      const key = policyKey(database, retentionPolicy)
      const known = byPolicy.get(key)
      if (known !== undefined && known.atNs < atNs) continue
      const isSame = known?.atNs === atNs
      byPolicy.set(key, {
        database,
        retentionPolicy,
        atNs,
        fileCount: totals.oldestBucketFileCount + (isSame ? known.fileCount : 0),
        byteCount: totals.oldestBucketByteCount + (isSame ? known.byteCount : 0),
      })
    }
    return [...byPolicy.values()].sort((a, b) => (a.atNs < b.atNs ? -1 : Number(a.atNs > b.atNs)))
  }
}

const NOTHING_STORED: StoredTotals = { fileCount: 0, byteCount: 0, rowCount: 0, minNs: null, maxNs: null }

function policyKey(database: string, retentionPolicy: string): string {
  return `${database}\0${retentionPolicy}`
}

function storedIn({ totals }: TableState): StoredTotals {
  const { fileCount, byteCount, rowCount, minNs, maxNs } = totals
  return { fileCount, byteCount, rowCount, minNs, maxNs }
}

function sumOf(parts: readonly StoredTotals[]): StoredTotals {
  let { fileCount, byteCount, rowCount, minNs, maxNs } = NOTHING_STORED
  for (const part of parts) {
    fileCount += part.fileCount
    byteCount += part.byteCount
    rowCount += part.rowCount
    if (part.minNs !== null && (minNs === null || part.minNs < minNs)) minNs = part.minNs
    if (part.maxNs !== null && (maxNs === null || part.maxNs > maxNs)) maxNs = part.maxNs
  }
  return { fileCount, byteCount, rowCount, minNs, maxNs }
}

function topValues(ordinals: Uint32Array, read: (ordinal: number) => string): TagInsight['values'] {
  const counts = new Map<string, number>()
  for (const ordinal of ordinals) {
    const value = read(ordinal)
    if (value !== '') counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, SHOWN_VALUE_COUNT)
    .map(([value, seriesCount]) => ({ value, seriesCount }))
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : Number(a > b)
}
