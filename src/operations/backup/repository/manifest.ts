/**
 * What a backup set consists of. Everything a restore needs is named here with its size and SHA-256; the blobs
 * themselves lie under `blobs/` and are shared by all sets. Sizes are bytes; 64-bit numbers are decimal text.
 */

import type { SegmentedBlob } from './segments.js'

export type BackupType = 'full' | 'incr'

export interface ManifestFile {
  /** Number in the registry of the database it comes from. */
  readonly id: number
  /** Relative to the data directory's `data`. */
  readonly path: string
  readonly size: number
  readonly sha256: string
  /** Times of the first and last row, ns since 1970, both inside. */
  readonly minTime: string
  readonly maxTime: string
  readonly rows: number
  readonly database: string
  readonly retentionPolicy: string
  readonly measurement: string
}

/** Part of a database; null members choose everything. */
export interface Selection {
  readonly databases: readonly string[] | null
  readonly excluded: readonly string[]
  readonly retentionPolicies: readonly string[] | null
  /** ns since 1970; whole files that have rows in `[start, end)`. */
  readonly start: string | null
  readonly end: string | null
}

export interface ManifestLog extends SegmentedBlob {
  /** Everything up to here is in the files. */
  readonly flushedSequence: string
  readonly lastSequence: string
  readonly records: number
  /** When the first and last record were logged, ns since 1970; null when there are none, or they have no time. */
  readonly firstTime: string | null
  readonly lastTime: string | null
}

export interface Manifest {
  readonly id: string
  /** RFC 3339 UTC, nanoseconds: the moment whose data this is. */
  readonly time: string
  readonly finished: string
  readonly type: BackupType
  /** The set of the same part that was the newest one before; its blobs were not copied again. No set needs another one. */
  readonly parent: string | null
  readonly instance: string
  readonly cluster: string
  readonly node: number
  readonly program: string
  readonly labels: Readonly<Record<string, string>>
  /** null = everything. */
  readonly selection: Selection | null
  /** Their names, also of those that have no files. */
  readonly databases: readonly string[]
  readonly verified: 'none' | 'new' | 'all'
  readonly registry: SegmentedBlob
  readonly log: ManifestLog
  readonly files: readonly ManifestFile[]
  /** What this set added to the repository. */
  readonly added: { readonly files: number; readonly bytes: number }
}

/**
 * Sets of the same part of the same database are one line: full ones fall due in it, and retention counts along it. Bounds in
 * time move from night to night (`--start -7d`), so it only matters that there are some.
 */
export function lineOf({ instance, selection }: Pick<Manifest, 'instance' | 'selection'>): string {
  if (selection === null) return JSON.stringify([instance])
  const { databases, excluded, retentionPolicies, start, end } = selection
  const lists = [databases, excluded, retentionPolicies].map((names) => names && [...names].sort())
  return JSON.stringify([instance, ...lists, start !== null, end !== null])
}

/** Bytes of everything in the set. */
export function dataBytes({ files, registry, log }: Manifest): number {
  let sum = 0
  for (const { size } of files) sum += size
  for (const { size } of [...registry.segments, ...log.segments]) sum += size
  return sum
}

/** Times of the first and last row in files, ns; null when there are no files. */
export function timeRange({ files }: Manifest): { minNs: bigint; maxNs: bigint } | null {
  if (files.length === 0) return null
  let minNs = BigInt(files[0].minTime)
  let maxNs = BigInt(files[0].maxTime)
  for (const { minTime, maxTime } of files) {
    if (BigInt(minTime) < minNs) minNs = BigInt(minTime)
    if (BigInt(maxTime) > maxNs) maxNs = BigInt(maxTime)
  }
  return { minNs, maxNs }
}

/** SHA-256 → size of every blob that the set needs. */
export function blobsOf({ files, registry, log }: Manifest): Map<string, number> {
  const blobs = new Map<string, number>()
  for (const { sha256, size } of files) blobs.set(sha256, size)
  for (const { sha256, size } of [...registry.segments, ...log.segments]) blobs.set(sha256, size)
  return blobs
}
