/**
 * An open database as those see it who look for what is wrong with it: its files and what merging would make of them,
 * how many series there are and why, the types of fields, the log, and how a SELECT is read. Plain data; only
 * `checkFile` and `planQuery` read what is stored.
 */

import type { FieldType } from './domain/field-type.js'
import type { EngineState } from './engine-state.js'
import type { BucketFacts, Housekeeping } from './housekeeping.js'
import type { Statement } from './influxql/ast.js'
import type { RunningMerge } from './merge-runner.js'
import { type PlannedSelect, planQuery } from './plan-query.js'
import { type PlannedMerge, toPlannedMerge } from './planned-merge.js'
import type { FileEntry } from './registry/file-entry.js'
import type { MeasurementOrigins } from './series-origins.js'

export interface FileFacts {
  readonly file: FileEntry
  /** Deletes whose rows are still in it. */
  readonly hiddenCount: number
}

export interface MeasurementCardinality {
  readonly database: string
  readonly measurement: string
  readonly seriesCount: number
  readonly tags: readonly { readonly key: string; readonly valueCount: number }[]
  readonly origins: MeasurementOrigins
}

export interface FieldTypeFact {
  readonly database: string
  readonly retentionPolicy: string
  readonly measurement: string
  readonly field: string
  readonly type: FieldType
  readonly startNs: bigint
  readonly endNs: bigint
}

export interface LogFacts {
  readonly flushedSequence: bigint
  readonly lastSequence: bigint
  readonly byteCount: number
  readonly fsyncCount: number
  readonly durability: string
  readonly isBroken: boolean
}

export interface QueryPlanFacts {
  readonly statement: Statement
  /** As InfluxDB prints it. */
  readonly text: string
  /** Null for what is no SELECT. */
  readonly select: PlannedSelect | null
}

export interface Inspection {
  readonly dataDir: string
  files(): readonly FileFacts[]
  /** What `mergeNext` would do first in each bucket that needs a merge and is not in the middle of one. */
  plannedMerges(): readonly PlannedMerge[]
  /** Oldest first. */
  runningMerges(): readonly RunningMerge[]
  /** How many merges may run at the same time. */
  readonly mergePlaceCount: number
  /** Every bucket, and why its files are to be merged or not. */
  buckets(): readonly BucketFacts[]
  cardinality(): readonly MeasurementCardinality[]
  fieldTypes(): readonly FieldTypeFact[]
  log(): Promise<LogFacts>
  /** Reads a file from beginning to end; null when it is as it was written, else what is wrong. */
  checkFile(id: number): Promise<string | null>
  /** Throws `invalid` with `error parsing query: …`, and what planning throws. */
  planQuery(request: PlanRequest): readonly QueryPlanFacts[]
}

export interface PlanRequest {
  readonly text: string
  readonly database: string
  readonly retentionPolicy: string
  readonly nowNs: bigint
}

export class EngineInspection implements Inspection {
  readonly #state: EngineState
  readonly #housekeeping: Housekeeping

  constructor(state: EngineState, housekeeping: Housekeeping) {
    this.#state = state
    this.#housekeeping = housekeeping
  }

  get dataDir(): string {
    return this.#state.options.dataDir
  }

  files(): readonly FileFacts[] {
    return [...this.#state.storage.tables()].flatMap((table) =>
      table.files.map((file) => ({ file, hiddenCount: table.hiddenIn(file.id).length })),
    )
  }

  plannedMerges(): readonly PlannedMerge[] {
    const running = this.runningMerges()
    const isRunning = ({ table, bucketStartNs }: PlannedMerge): boolean =>
      running.some((each) => each.table === table && each.bucketStartNs === bucketStartNs)
    return [...this.#state.storage.plannedMerges(() => true)].map(toPlannedMerge).filter((each) => !isRunning(each))
  }

  runningMerges(): readonly RunningMerge[] {
    return this.#housekeeping.merges.running
  }

  get mergePlaceCount(): number {
    return this.#housekeeping.merges.placeCount
  }

  buckets(): readonly BucketFacts[] {
    return this.#housekeeping.explainBuckets()
  }

  cardinality(): readonly MeasurementCardinality[] {
    const nowMs = this.#state.options.monotonicMs()
    return [...this.#state.runtimes].flatMap(([database, { seriesIndex, origins }]) =>
      seriesIndex.measurements().map((measurement) => ({
        database,
        measurement,
        seriesCount: seriesIndex.seriesCount(measurement),
        tags: seriesIndex
          .tagKeys(measurement)
          .map((key) => ({ key, valueCount: seriesIndex.tagValueCount(measurement, key) })),
        origins: origins.of(measurement, nowMs),
      })),
    )
  }

  fieldTypes(): readonly FieldTypeFact[] {
    return [...this.#state.runtimes].flatMap(([database, { fieldTypes }]) =>
      [...fieldTypes.entries()].map((entry) => ({ database, ...entry })),
    )
  }

  async log(): Promise<LogFacts> {
    const { stores, options } = this.#state
    const { wal, metaStore } = stores
    return {
      flushedSequence: await metaStore.flushedSequence(),
      lastSequence: wal.nextSequence - 1n,
      byteCount: wal.byteCount,
      fsyncCount: wal.fsyncCount,
      durability: options.durability,
      isBroken: wal.isBroken,
    }
  }

  checkFile(id: number): Promise<string | null> {
    return this.#state.storage.reader.checkFile(id)
  }

  planQuery(request: PlanRequest): readonly QueryPlanFacts[] {
    return planQuery(request, this.#state)
  }
}
