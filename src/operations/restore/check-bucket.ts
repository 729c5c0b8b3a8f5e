/**
 * Whether a target has what a bucket holds: as many values of each field on each day. Both sides count, no row travels.
 */

import { quoteName } from '../../client/quote-influxql.js'
import type { Target } from '../../client/target.js'
import { ask } from '../ask.js'
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
  const fields = staged.fieldsOf(bucket)
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
