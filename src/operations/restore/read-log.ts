/**
 * The log that a restore replays: the set's own, and for a point in time also what the logs of later sets add to it
 * without a gap, up to the first record that is later. Databases and policies that were made meanwhile are known to the
 * later sets.
 */

import { decodeRegistry, readRecordHead, type StoredDatabase, storedDatabasesOf } from '../../engine/index.js'
import { LogReader, wholeRecords } from '../backup/log-records.js'
import type { Manifest, Selection } from '../backup/repository/manifest.js'
import type { Repository } from '../backup/repository/repository.js'
import { readSegments } from '../backup/repository/segments.js'

export interface LogEnd {
  sequence: bigint
  /** When the last record was logged; null when it has no time, or there are no records. */
  timeNs: bigint | null
}

export class RestoredLog {
  readonly end: LogEnd
  /** Later sets go on behind records that no set has: what was written in between, before the moment, is not known. */
  hasGap = false
  readonly #repository: Repository
  readonly #manifest: Manifest
  readonly #later: readonly Manifest[]
  readonly #atNs: bigint | null

  private constructor(repository: Repository, manifest: Manifest, later: readonly Manifest[], atNs: bigint | null) {
    this.#repository = repository
    this.#manifest = manifest
    this.#later = later
    this.#atNs = atNs
    this.end = { sequence: BigInt(manifest.log.flushedSequence), timeNs: null }
  }

  static async open(repository: Repository, manifest: Manifest, atNs: bigint | null): Promise<RestoredLog> {
    const later: Manifest[] = []
    if (atNs !== null) {
      for (const { id } of await repository.completeSets()) {
        if (id <= manifest.id) continue
        const next = await repository.manifest(id)
        if (next.instance === manifest.instance && next.selection === null) later.push(next)
      }
    }
    return new RestoredLog(repository, manifest, later, atNs)
  }

  /** What the records of later sets need that the set does not have; only the policies that they need. */
  async youngerDatabases(): Promise<StoredDatabase[]> {
    if (this.#later.length === 0) return []
    const own = await this.#databasesOf(this.#manifest)
    /** Where to look for each policy that is needed, by database. */
    const needed = new Map<string, Map<string, Manifest>>()
    const log = new RestoredLog(this.#repository, this.#manifest, this.#later, this.#atNs)
    for await (const { manifest, record } of log.#read(null)) {
      const { kind, database, retentionPolicy } = readRecordHead(record)
      if (kind !== 'points' || database === '') continue
      const isKnown = own.get(database)?.retentionPolicies.some(({ name }) => name === retentionPolicy) === true
      if (!isKnown) needed.set(database, (needed.get(database) ?? new Map()).set(retentionPolicy, manifest))
    }
    const found: StoredDatabase[] = []
    for (const [name, policies] of needed) {
      for (const [policy, manifest] of policies) {
        const database = (await this.#databasesOf(manifest)).get(name)
        const retentionPolicies = database?.retentionPolicies.filter((each) => each.name === policy) ?? []
        const { defaultRetentionPolicy } = database ?? { defaultRetentionPolicy: policy }
        if (retentionPolicies.length > 0) found.push({ name, retentionPolicies, defaultRetentionPolicy })
      }
    }
    return found
  }

  async #databasesOf({ registry }: Manifest): Promise<ReadonlyMap<string, StoredDatabase>> {
    for await (const entry of decodeRegistry(readSegments(this.#repository, registry))) {
      const databases = storedDatabasesOf(entry)
      if (databases !== null) return databases
    }
    return new Map()
  }

  /** One record each; `end` tells how far it went. Records of what is not selected are placeholders. */
  async *records(selection: Selection | null): AsyncGenerator<Uint8Array> {
    for await (const { record } of this.#read(selection)) yield record
  }

  async *#read(selection: Selection | null): AsyncGenerator<{ manifest: Manifest; record: Uint8Array }> {
    for (const manifest of [this.#manifest, ...this.#later]) {
      // The files of a later set hold what its log no longer has.
      if (BigInt(manifest.log.flushedSequence) > this.end.sequence) {
        this.hasGap = true
        return
      }
      for await (const record of this.#recordsOf(manifest, selection)) {
        const { sequence, timeNs } = readRecordHead(record)
        if (sequence <= this.end.sequence) continue
        if (this.#atNs !== null && timeNs !== null && timeNs > this.#atNs) return
        this.end.sequence = sequence
        this.end.timeNs = timeNs
        yield { manifest, record }
      }
    }
  }

  #recordsOf({ log }: Manifest, selection: Selection | null): AsyncGenerator<Uint8Array> {
    const bounds = { flushedSequence: BigInt(log.flushedSequence), lastSequence: BigInt(log.lastSequence) }
    return new LogReader(bounds, selection).read(wholeRecords(readSegments(this.#repository, log)))
  }
}
