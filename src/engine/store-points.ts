/**
 * What every way in has in common: find the policy, wait for room, make points, check them, log them, store them. Good
 * points are stored and bad ones reported in InfluxDB's words. When the promise resolves, the points are as durable as the
 * log's mode says and in the very next query.
 */

import type { DatabaseRuntime } from './database-runtime.js'
import { HyperbyteError } from './domain/errors.js'
import type { EventLoopTurns } from './domain/event-loop-turns.js'
import type { ParsedPoints } from './domain/parsed-points.js'
import type { PointBatch } from './domain/point-batch.js'
import type { TimeRange } from './domain/time-range.js'
import type { WriteOutcome } from './engine.js'
import { composeWriteMessage } from './line-protocol/compose-write-message.js'
import { checkBatch } from './metadata/check-batch.js'
import { checkTagValues } from './metadata/check-tag-values.js'
import type { Database, RetentionPolicy } from './metadata/meta-state.js'
import type { Refusal } from './metadata/refusal.js'
import type { ShardGroups } from './metadata/shard-groups.js'
import { encodeRecord } from './wal/wal-record.js'

export interface WritePath {
  database(name: string): Database | undefined
  runtime(database: string): DatabaseRuntime
  readonly maxValuesPerTag: number
  readonly turns: EventLoopTurns
  readonly shardGroups: ShardGroups
  /** Resolves when the registry has all shard groups; throws `no-space`. */
  saveShardGroups(): Promise<void>
  /** Resolves when there is room for more rows; throws `unavailable` when there is none for too long. */
  waitForRoom(): Promise<void>
  /** `encode` makes the record, and is not asked to when the log keeps nothing. */
  append(encode: () => Uint8Array): Promise<bigint>
  /** Called in the order of the sequences. */
  store(runtime: DatabaseRuntime, retentionPolicy: string, batch: PointBatch, sequence: bigint, client: string): void
  /** Called when the rows are safe and visible. */
  tellStored(runtime: DatabaseRuntime, retentionPolicy: string, batch: PointBatch): void
}

/** Where points go, and what is said of them all. */
export interface PointOrder {
  /** '' = the database's default. */
  readonly retentionPolicy: string
  readonly nowNs: bigint
  /** Who writes, for those who ask where series come from. */
  readonly client?: string
}

/** `makePoints` is asked once there is room. Throws `retention-policy-not-found`, `unavailable`, `no-space`. */
export async function storePoints(
  path: WritePath,
  database: Database,
  order: PointOrder,
  makePoints: (runtime: DatabaseRuntime) => ParsedPoints | Promise<ParsedPoints>,
): Promise<WriteOutcome> {
  const policy = findPolicy(database, order.retentionPolicy)
  await path.waitForRoom()
  const runtime = path.runtime(database.name)
  const points = await makePoints(runtime)
  const { storedCount, refusals } = await storeBatch(path, runtime, policy, points.batch, order)
  return {
    writtenCount: storedCount,
    rejectedCount: points.faultyCount + points.droppedCount + points.batch.rowCount - storedCount,
    message: composeWriteMessage(points, refusals),
  }
}

/** `name` '' = the default. */
function findPolicy(database: Database, name: string): RetentionPolicy {
  const wanted = name === '' ? database.defaultRetentionPolicy : name
  const policy = database.retentionPolicies.find((candidate) => candidate.name === wanted)
  if (policy === undefined) {
    throw new HyperbyteError('retention-policy-not-found', `retention policy not found: ${wanted}`)
  }
  return policy
}

interface StoredBatch {
  readonly storedCount: number
  readonly refusals: readonly Refusal[]
}

/** Stores the rows of a batch that may be stored; resolves when the log has them. */
async function storeBatch(
  path: WritePath,
  runtime: DatabaseRuntime,
  policy: RetentionPolicy,
  wanted: PointBatch,
  { nowNs, client = '' }: PointOrder,
): Promise<StoredBatch> {
  const tags = checkTagValues(runtime.seriesTable, runtime.seriesIndex, wanted, path.maxValuesPerTag)
  const { shardGroups } = path
  const shardGroupAt = (timeNs: bigint): TimeRange => shardGroups.spanAt(runtime.name, policy, timeNs)
  const checked = checkBatch(runtime.fieldTypes, { ...policy, shardGroupAt }, tags.batch, nowNs)
  const { batch } = checked
  if (batch.rowCount > 0) {
    // Before the log has them, so that a write that is parsed meanwhile is checked against these types.
    runtime.fieldTypes.record(checked.newTypes)
    for (const span of checked.shardGroups) shardGroups.open(runtime.name, policy.name, span)
    // A number that a client may have seen is never given to another group, whatever happens to this write.
    if (shardGroups.unsaved.length > 0) await path.saveShardGroups()
    const { measurements } = batch
    const record = {
      kind: 'points',
      database: runtime.name,
      retentionPolicy: policy.name,
      origin: 0n,
      measurements,
    } as const
    const sequence = await path.append(() => encodeRecord(record, runtime.seriesTable))
    path.store(runtime, policy.name, batch, sequence, client)
    path.tellStored(runtime, policy.name, batch)
  }
  return { storedCount: batch.rowCount, refusals: [...tags.refusals, ...checked.refusals] }
}
