/** The stored log without its writer: reads every group, says where it stops being good, cuts there. */

import { openStore, type Store, sequenceKey } from './wal.js'
import { checkRecord, type RecordKind, readRecordHead, splitRecords } from './wal-record.js'

export interface LogRecordFacts {
  readonly kind: RecordKind
  readonly sequence: bigint
  readonly byteCount: number
  readonly timeNs: bigint | null
  readonly database: string
  readonly retentionPolicy: string
  /** In files already; the log only has not been cut yet. */
  readonly isFlushed: boolean
}

export interface LogDamage {
  /** The last record that is good. */
  readonly lastGoodSequence: bigint
  readonly reason: string
  /** Bytes of what comes from the damage on. */
  readonly lostByteCount: number
}

export class LogStore {
  readonly #store: Store

  private constructor(store: Store) {
    this.#store = store
  }

  /** Throws `locked`. */
  static async open(directory: string): Promise<LogStore> {
    return new LogStore(await openStore(directory))
  }

  /** A good log has every record after `flushedSequence`, none missing, each with its checksum. */
  async report(flushedSequence: bigint, onRecord: (record: LogRecordFacts) => void) {
    const reader = new GroupReader(flushedSequence, onRecord)
    for await (const [key, group] of this.#store.iterator({ gte: sequenceKey(0n) })) {
      if (key.length === 8) reader.read(Buffer.from(key).readBigUInt64BE(0), group)
    }
    return reader.report()
  }

  /** Removes every record after `sequence`; those before it in the same group stay. */
  async cutAfter(sequence: bigint): Promise<void> {
    for await (const [key, group] of this.#store.iterator({ gt: sequenceKey(sequence) })) {
      const kept = goodRecordsUpTo(group, sequence)
      if (kept.length > 0) await this.#store.put(sequenceKey(sequence), Buffer.concat(kept), { sync: true })
      await this.#store.del(key, { sync: true })
    }
  }

  async close(): Promise<void> {
    await this.#store.close()
  }
}

function goodRecordsUpTo(group: Uint8Array, sequence: bigint): Uint8Array[] {
  const kept: Uint8Array[] = []
  for (const record of splitRecords(group)) {
    const found = checkRecord(record)
    if (found === null || found > sequence) break
    kept.push(record)
  }
  return kept
}

class GroupReader {
  readonly #flushedSequence: bigint
  readonly #onRecord: (record: LogRecordFacts) => void
  #lastSequence: bigint
  #recordCount = 0
  #byteCount = 0
  #damage: LogDamage | null = null

  constructor(flushedSequence: bigint, onRecord: (record: LogRecordFacts) => void) {
    this.#flushedSequence = flushedSequence
    this.#onRecord = onRecord
    this.#lastSequence = flushedSequence
  }

  read(groupSequence: bigint, group: Uint8Array): void {
    this.#byteCount += group.length
    if (this.#damage !== null) {
      this.#damage = { ...this.#damage, lostByteCount: this.#damage.lostByteCount + group.length }
      return
    }
    let at = 0
    for (const record of splitRecords(group)) {
      const sequence = checkRecord(record)
      const reason = this.#reasonAgainst(sequence, groupSequence)
      if (reason !== null) {
        this.#noteDamage(reason, group.length - at)
        return
      }
      at += record.length
      this.#take(record, sequence!)
    }
    if (groupSequence > this.#flushedSequence && this.#lastSequence !== groupSequence) {
      this.#noteDamage(`the records ${this.#lastSequence + 1n} to ${groupSequence} are missing`, 0)
    }
  }

  report() {
    return {
      flushedSequence: this.#flushedSequence,
      lastSequence: this.#lastSequence,
      recordCount: this.#recordCount,
      byteCount: this.#byteCount,
      damage: this.#damage,
    }
  }

  /** Records that are in files already may have gone. */
  #reasonAgainst(sequence: bigint | null, groupSequence: bigint): string | null {
    if (sequence === null || sequence > groupSequence) return `a record up to number ${groupSequence} is damaged`
    if (sequence <= this.#flushedSequence || sequence === this.#lastSequence + 1n) return null
    return `the records ${this.#lastSequence + 1n} to ${sequence - 1n} are missing`
  }

  #take(record: Uint8Array, sequence: bigint): void {
    const { kind, timeNs, database, retentionPolicy } = readRecordHead(record)
    const isFlushed = sequence <= this.#flushedSequence
    this.#recordCount++
    if (!isFlushed) this.#lastSequence = sequence
    this.#onRecord({ kind, sequence, byteCount: record.length, timeNs, database, retentionPolicy, isFlushed })
  }

  #noteDamage(reason: string, lostByteCount: number): void {
    this.#damage = { lastGoodSequence: this.#lastSequence, reason, lostByteCount }
  }
}
