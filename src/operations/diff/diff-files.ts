/**
 * Which Parquet files only one side has, bucket by bucket. Two sides may hold the same rows in other files: they flush and
 * merge when each of them has reason to, and what is still in memory is in no file. So a difference of files alone is none of data;
 * where rows differ too, it tells in which files to look. Pure.
 */

import type { DebugFile, DebugTable } from '../../client/debug-documents.js'
import { parseTime } from '../backfill/discover-source.js'
import type { TimeRange } from '../backfill/time-ranges.js'
import { endOfDay } from './day-hashes.js'
import type { DiffTable } from './side-reader.js'

export interface FileDifference {
  readonly database: string
  readonly retention_policy: string
  readonly measurement: string
  /** Start of the shard group, RFC 3339. */
  readonly bucket: string
  /** Whether rows of a day that these files reach into differ as well. */
  readonly rows_differ: boolean
  /** Files that both have. */
  readonly same_files: number
  /** Files that only this side has, or of which it has hidden rows. */
  readonly a: readonly DebugFile[]
  readonly b: readonly DebugFile[]
}

/** A day of a table in which rows differ. */
export interface DifferingDay {
  readonly table: DiffTable
  readonly dayNs: bigint
}

export interface FilesToCompare {
  readonly a: readonly DebugFile[]
  readonly b: readonly DebugFile[]
  readonly days: readonly DifferingDay[]
  readonly isWanted: (file: DebugFile) => boolean
  readonly window: TimeRange
}

/** By table and time. */
export function diffFiles({ a, b, days, isWanted, window }: FilesToCompare): FileDifference[] {
  const isMeant = (file: DebugFile): boolean => isWanted(file) && touches(file, window)
  const [bucketsA, bucketsB] = [a, b].map((files) => groupByBucket(files.filter(isMeant)))
  const keys = [...new Set([...bucketsA.keys(), ...bucketsB.keys()])].sort()
  return keys.flatMap((key) => diffBucket(bucketsA.get(key) ?? [], bucketsB.get(key) ?? [], days))
}

function diffBucket(a: readonly DebugFile[], b: readonly DebugFile[], days: readonly DifferingDay[]): FileDifference[] {
  const [onlyA, onlyB] = [without(a, b), without(b, a)]
  const differing = [...onlyA, ...onlyB]
  if (differing.length === 0) return []
  const [{ database, retention_policy, measurement, bucket }] = differing
  const isThere = ({ table }: DifferingDay): boolean =>
    table.database === database && table.policy === retention_policy && table.measurement === measurement
  const ranges = days.filter(isThere).map(({ dayNs }) => ({ startNs: dayNs, endNs: endOfDay(dayNs) }))
  return [
    {
      database,
      retention_policy,
      measurement,
      bucket,
      rows_differ: differing.some((file) => ranges.some((range) => touches(file, range))),
      same_files: a.length - onlyA.length,
      a: onlyA,
      b: onlyB,
    },
  ]
}

/** A file whose rows are hidden by a delete is not the file that it was. */
function without(files: readonly DebugFile[], others: readonly DebugFile[]): DebugFile[] {
  const known = new Set(others.map(identityOf))
  return files.filter((file) => !known.has(identityOf(file)))
}

function identityOf({ sha256, hidden }: DebugFile): string {
  return `${sha256} ${hidden}`
}

function groupByBucket(files: readonly DebugFile[]): Map<string, DebugFile[]> {
  const buckets = new Map<string, DebugFile[]>()
  for (const file of files) {
    const key = `${tableKey(file)}\0${file.bucket}`
    const bucket = buckets.get(key)
    if (bucket === undefined) buckets.set(key, [file])
    else bucket.push(file)
  }
  return buckets
}

function tableKey({ database, retention_policy, measurement }: DebugTable): string {
  return `${database}\0${retention_policy}\0${measurement}`
}

function touches(file: DebugFile, { startNs, endNs }: TimeRange): boolean {
  return parseTime(file.max_time) >= startNs && parseTime(file.min_time) < endNs
}
