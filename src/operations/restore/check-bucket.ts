/**
 * Whether a target has what a bucket holds: as many values of each field on each day, for which both sides count and no row
 * travels; or, read from both sides, the very same ones.
 */

import { quoteName } from '../../client/quote-influxql.js'
import type { Target } from '../../client/target.js'
import type { FieldColumn, PointColumns } from '../../engine/index.js'
import { ask } from '../ask.js'
import { compareDigests, SliceDigest } from '../backfill/digest.js'
import type { Bucket, StagedRows } from './staged-rows.js'

export interface CheckBucketOptions {
  readonly staged: StagedRows
  readonly target: Target
  /** The target had rows before: it may have more than the bucket. */
  readonly isMerged: boolean
}

/** By start of the day; the values of each field, in the order of the fields. */
type CountsByDay = ReadonlyMap<bigint, readonly number[]>

/** The first difference, with measurement, day and field; null when there is none. */
export async function checkBucket(
  bucket: Bucket,
  { staged, target, isMerged }: CheckBucketOptions,
): Promise<string | null> {
  const fields = [...staged.typesOf(bucket).keys()]
  const calls = fields.map((field, i) => `count(${quoteName(field)}::field) AS c${i}`).join(', ')
  const text = staged.selectText(bucket, calls, ' GROUP BY time(1d) fill(none)')
  const [expected, found] = await Promise.all([
    readCounts(staged, bucket, text),
    askCounts(target, bucket, text, fields.length),
  ])
  for (const dayNs of new Set([...expected.keys(), ...found.keys()])) {
    for (const [i, field] of fields.entries()) {
      const wanted = expected.get(dayNs)?.[i] ?? 0
      const count = found.get(dayNs)?.[i] ?? 0
      if (isMerged ? count >= wanted : count === wanted) continue
      const place = `${bucket.database}.${bucket.retentionPolicy}.${bucket.measurement} on ${dateOf(dayNs)}`
      return `${target.name} has ${count} values of ${field} in ${place}, the set has ${wanted}`
    }
  }
  return null
}

/** As `checkBucket`, by hashes of all values with their series and times; nothing else may be there. */
export async function compareBucket(
  bucket: Bucket,
  { staged, target, signal }: { staged: StagedRows; target: Target; signal: AbortSignal },
): Promise<string | null> {
  const types = staged.typesOf(bucket)
  const what = [...types.keys()].map((field) => `${quoteName(field)}::field`).join(', ')
  const text = staged.selectText(bucket, what, ' GROUP BY *')
  const { database, retentionPolicy, measurement } = bucket
  const [expected, found] = await Promise.all([
    digestOf(staged.read(bucket)),
    digestOf(target.readColumns({ text, database, types, signal })),
  ])
  const [difference] = compareDigests(expected.fields(), found.fields())
  if (difference === undefined) return null
  const place = `${database}.${retentionPolicy}.${measurement} in the shard group from ${dateOf(bucket.startNs)} on`
  const { field, what: kind, source, target: there } = difference
  return `${target.name} differs in ${place}: ${field}, ${kind} ${there}, in the set ${source}`
}

async function digestOf(parts: AsyncIterable<PointColumns>): Promise<SliceDigest> {
  const digest = new SliceDigest()
  for await (const part of parts) digest.add({ ...part, fields: part.fields.map(withoutMinusZero) })
  return digest
}

/** A file may keep -0 as 0. */
function withoutMinusZero(field: FieldColumn): FieldColumn {
  return field.type === 'float' ? { ...field, values: field.values.map((value) => value + 0) } : field
}

async function readCounts(staged: StagedRows, bucket: Bucket, text: string): Promise<CountsByDay> {
  const counts = new Map<bigint, number[]>()
  for await (const { timeNs, values } of staged.aggregate(bucket, text)) counts.set(timeNs, values.map(Number))
  return counts
}

async function askCounts(target: Target, { database }: Bucket, text: string, fieldCount: number): Promise<CountsByDay> {
  const counts = new Map<bigint, number[]>()
  for (const { values } of await ask(target, text, database)) {
    const row = Array.from({ length: fieldCount }, (_, i) => Number(values[`c${i}`] ?? 0))
    counts.set(BigInt(values['time'] as number | bigint), row)
  }
  return counts
}

function dateOf(dayNs: bigint): string {
  return new Date(Number(dayNs / 1_000_000n)).toISOString().slice(0, 10)
}
