/**
 * The journey of a write: parse → check types and limits → log → memtable. Good points are stored and bad ones
 * reported in InfluxDB's words. When the promise resolves, the points are as durable as the log's mode says and in the
 * very next query.
 */

import type { DatabaseRuntime } from './database-runtime.js'
import { HyperbyteError } from './domain/errors.js'
import type { EventLoopTurns } from './domain/event-loop-turns.js'
import type { ParsedPoints, PointParser } from './domain/parsed-points.js'
import type { PointBatch } from './domain/point-batch.js'
import type { TimeRange } from './domain/time-range.js'
import type { WriteFormat, WriteOutcome, WriteRequest } from './engine.js'
import { composeWriteMessage } from './line-protocol/compose-write-message.js'
import { LineProtocolParser } from './line-protocol/line-protocol-parser.js'
import { checkBatch } from './metadata/check-batch.js'
import { checkTagValues } from './metadata/check-tag-values.js'
import type { Database, RetentionPolicy } from './metadata/meta-state.js'
import type { Refusal } from './metadata/refusal.js'
import type { ShardGroups } from './metadata/shard-groups.js'
import { MessagePackColumnParser } from './msgpack-ingest/message-pack-column-parser.js'
import { MessagePackPointParser } from './msgpack-ingest/message-pack-point-parser.js'
import { encodeRecord } from './wal/wal-record.js'

/** About 2 ms of parsing, so that a 25 MB body does not hold up queries. */
const SLICE_BYTES = 2 ** 20
/** Bodies up to here, 0.1 ms of parsing, do not wait for a turn. */
const UNPACED_BYTES_MAX = 2 ** 16

const PARSERS = {
  'line-protocol': LineProtocolParser,
  msgpack: MessagePackPointParser,
  'columnar-msgpack': MessagePackColumnParser,
} as const satisfies Record<WriteFormat, unknown>

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

export async function writePoints(path: WritePath, request: WriteRequest): Promise<WriteOutcome> {
  const database = path.database(request.database)
  if (database === undefined) {
    throw new HyperbyteError('database-not-found', `database not found: "${request.database}"`)
  }
  const policy = findPolicy(database, request.retentionPolicy)
  await path.waitForRoom()
  const runtime = path.runtime(database.name)
  const parsed = await parseBody(runtime, request, path.turns)
  const { storedCount, refusals } = await storeBatch(path, runtime, policy, parsed.batch, request)
  return {
    writtenCount: storedCount,
    rejectedCount: parsed.faultyCount + parsed.droppedCount + parsed.batch.rowCount - storedCount,
    message: composeWriteMessage(parsed, refusals),
  }
}

export interface StoredBatch {
  readonly storedCount: number
  readonly refusals: readonly Refusal[]
}

/** Stores the rows of a batch that may be stored; resolves when the log has them. */
export async function storeBatch(
  path: WritePath,
  runtime: DatabaseRuntime,
  policy: RetentionPolicy,
  wanted: PointBatch,
  { nowNs, client = '' }: { readonly nowNs: bigint; readonly client?: string },
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

/** Throws `retention-policy-not-found`. `name` '' = the default. */
export function findPolicy(database: Database, name: string): RetentionPolicy {
  const wanted = name === '' ? database.defaultRetentionPolicy : name
  const policy = database.retentionPolicies.find((candidate) => candidate.name === wanted)
  if (policy === undefined) {
    throw new HyperbyteError('retention-policy-not-found', `retention policy not found: ${wanted}`)
  }
  return policy
}

async function parseBody(
  runtime: DatabaseRuntime,
  request: WriteRequest,
  turns: EventLoopTurns,
): Promise<ParsedPoints> {
  const { precision, nowNs, body, format } = request
  const parser: PointParser = new PARSERS[format](body, { table: runtime.seriesTable, precision, nowNs })
  if (body.length > UNPACED_BYTES_MAX) await turns.next()
  while (!parser.parseSlice(SLICE_BYTES)) await turns.next()
  return parser.finish()
}
