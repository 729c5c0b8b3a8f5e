/**
 * The write-ahead log: sealed records in LevelDB. Appends of many callers share one put and one fsync (group commit):
 * whatever arrives while a group is being written goes into the next. A group's records lie one behind the other under
 * the big-endian sequence of the last of them, so that deleting keys up to a sequence deletes no later record.
 *
 * LevelDB loses damaged records in the middle of its log without a word, so `replay` demands a gapless sequence and a
 * good CRC from the flushed position on, and LevelDB's own `repair` is never called. After a failed write LevelDB
 * refuses all others until it is reopened: the log is then `broken`, and `reopen` tries to heal it.
 */

import { mkdir, readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { Level } from 'level'
import { assert, HyperbyteError } from '../domain/errors.js'
import { syncPath } from '../domain/sync-path.js'
import { checkRecord, readRecordHead, sealRecord, splitRecords } from './wal-record.js'

export type Durability = 'every_write' | 'periodic' | 'os_default' | 'none'

/** LevelDB's 4 MiB default sustains 200 MB/s of 1 MiB values, 64 MiB sustains 280; it holds two such buffers. */
const LEVELDB_BUFFER_BYTES = 32 * 2 ** 20
/** `periodic` syncs at least this often while writes come in. */
const PERIODIC_SYNC_MS = 1000
/** One group; more waits for the next, so that an early caller is not held up by a flood behind it. */
const BATCH_BYTES_MAX = 8 * 2 ** 20
/** Read from LevelDB at once. */
const READ_BYTES = 2 ** 20
const PROBE_KEY = new Uint8Array([0])

interface PendingAppend {
  readonly bytes: Uint8Array
  readonly sequence: bigint
  readonly resolve: (sequence: bigint) => void
  readonly reject: (error: unknown) => void
}

/** In Node `Level` is classic-level, of which its types show only what browsers have as well. */
export type Store = Level<Uint8Array, Uint8Array> & {
  compactRange(start: Uint8Array, end: Uint8Array): Promise<void>
}

export interface WalOptions {
  readonly directory: string
  readonly durability: Durability
  readonly monotonicMs: () => number
  readonly nowNs: () => bigint
  /** Everything up to here is in Parquet files. */
  readonly flushedSequence: bigint
}

/** The log at one moment. Left open, it keeps the disk space of everything that is truncated meanwhile. */
export interface WalSnapshot {
  readonly lastSequence: bigint
  /** Groups of records as they are stored; the first may begin at or before `after`. */
  records(after: bigint): AsyncIterable<Uint8Array>
  close(): Promise<void>
}

export class Wal {
  readonly #options: WalOptions
  #store: Store
  #nextSequence: bigint
  #pending: PendingAppend[] = []
  #pendingByteCount = 0
  #writing: Promise<void> | null = null
  #lastSyncMs: number
  #acknowledgedSequence: bigint
  #bytesBySequence: { sequence: bigint; byteCount: number }[] = []
  #isBroken = false
  #unsyncedTimer: NodeJS.Timeout | null = null
  byteCount = 0
  fsyncCount = 0

  private constructor(options: WalOptions, store: Store, lastSequence: bigint) {
    this.#options = options
    this.#store = store
    this.#nextSequence = lastSequence + 1n
    this.#acknowledgedSequence = lastSequence
    this.#lastSyncMs = options.monotonicMs()
  }

  /** Throws `locked` when another process has the directory open, `corrupt` when LevelDB refuses to open it. */
  static async open(options: WalOptions): Promise<Wal> {
    await mkdir(options.directory, { recursive: true })
    const store = await openStore(options.directory)
    const last = await lastSequence(store)
    return new Wal(options, store, last > options.flushedSequence ? last : options.flushedSequence)
  }

  /** A new log of records that were written elsewhere, each array one record, their sequences ascending. */
  static async restore(directory: string, records: AsyncIterable<Uint8Array>): Promise<void> {
    await mkdir(directory, { recursive: true })
    const store = await openStore(directory)
    try {
      let group: Uint8Array[] = []
      let byteCount = 0
      const put = () => store.put(sequenceKey(readRecordHead(group[group.length - 1]).sequence), Buffer.concat(group))
      for await (const record of records) {
        group.push(record)
        byteCount += record.length
        if (byteCount < READ_BYTES) continue
        await put()
        group = []
        byteCount = 0
      }
      if (group.length > 0) await put()
      await store.put(PROBE_KEY, new Uint8Array(1), { sync: true })
    } finally {
      await store.close()
    }
  }

  get isKept(): boolean {
    return this.#options.durability !== 'none'
  }

  get isBroken(): boolean {
    return this.#isBroken
  }

  get nextSequence(): bigint {
    return this.#nextSequence
  }

  /** Bytes of records not yet written. */
  get pendingByteCount(): number {
    return this.#pendingByteCount
  }

  /**
   * Writes a record made by `encodeRecord` and resolves with its sequence once it is as durable as the mode says.
   * Records resolve in the order of their sequences. Throws `no-space` when it could not be written; the record must
   * then be treated as never written.
   */
  append(bytes: Uint8Array): Promise<bigint> {
    if (this.#isBroken) return Promise.reject(brokenError())
    const sequence = this.#nextSequence++
    if (!this.isKept) return Promise.resolve(sequence)
    sealRecord(bytes, sequence, this.#options.nowNs())
    return new Promise((resolve, reject) => {
      this.#pending.push({ bytes, sequence, resolve, reject })
      this.#pendingByteCount += bytes.length
      this.#writing ??= this.#writePending()
    })
  }

  /** The sequence of a record that is not kept, of a log with durability `none`. */
  skip(): Promise<bigint> {
    assert(!this.isKept, 'only a log that keeps nothing is passed over')
    return Promise.resolve(this.#nextSequence++)
  }

  /**
   * Every record after `flushedSequence`, oldest first. Throws `corrupt` at a gap or a damaged record, naming the
   * sequence.
   */
  async *replay(): AsyncGenerator<{ sequence: bigint; bytes: Uint8Array }> {
    const { flushedSequence } = this.#options
    let expected = flushedSequence + 1n
    for await (const [key, group] of this.#store.iterator({ gte: sequenceKey(expected) })) {
      const last = Buffer.from(key).readBigUInt64BE(0)
      for (const bytes of splitRecords(group)) {
        const sequence = checkRecord(bytes)
        if (sequence === null || sequence > last) {
          throw new HyperbyteError('corrupt', `a record of the write-ahead log up to number ${last} is damaged`)
        }
        if (sequence <= flushedSequence) continue
        if (sequence !== expected) {
          const lost = `${expected} to ${sequence - 1n}`
          throw new HyperbyteError('corrupt', `the write-ahead log has lost the records ${lost}`)
        }
        expected++
        yield { sequence, bytes }
      }
      if (expected !== last + 1n) {
        throw new HyperbyteError('corrupt', `the write-ahead log has lost the records ${expected} to ${last}`)
      }
      this.#noteWritten(last, group.length)
    }
  }

  /** The records as they are acknowledged now, whatever is written or truncated later. */
  snapshot(): WalSnapshot {
    const store = this.#store
    const snapshot = store.snapshot()
    const lastSequence = this.#acknowledgedSequence
    return {
      lastSequence,
      async *records(after) {
        const range = {
          gt: sequenceKey(after),
          lte: sequenceKey(lastSequence),
          snapshot,
          highWaterMarkBytes: READ_BYTES,
        }
        for await (const [, group] of store.iterator(range)) yield group
      },
      close: () => snapshot.close(),
    }
  }

  /**
   * Forgets everything up to and including `sequence`, and gives the disk space back: left alone, LevelDB keeps deleted
   * records until later ones push them out. The records have to be in a file before they are deleted; a compaction drops
   * what an older file holds, but writes out whatever it finds in memory. About 0.1 s for 60 MB, in the background.
   */
  async truncate(sequence: bigint): Promise<void> {
    const lowest = sequenceKey(0n)
    const highest = sequenceKey(sequence)
    await this.#store.compactRange(lowest, highest)
    await this.#store.clear({ gt: PROBE_KEY, lte: highest })
    await this.#store.compactRange(lowest, highest)
    let kept = 0
    while (kept < this.#bytesBySequence.length && this.#bytesBySequence[kept].sequence <= sequence) {
      this.byteCount -= this.#bytesBySequence[kept++].byteCount
    }
    this.#bytesBySequence.splice(0, kept)
  }

  /**
   * Tries to bring a broken log back: reopens the store, removes records that were never acknowledged, and does one
   * synced write. True when writes are possible again.
   */
  async reopen(): Promise<boolean> {
    try {
      await this.#store.close()
      this.#store = await openStore(this.#options.directory)
      await this.#store.batch([{ type: 'put', key: PROBE_KEY, value: new Uint8Array(4096) }], { sync: true })
      await this.#store.clear({ gt: sequenceKey(this.#acknowledgedSequence) })
    } catch {
      return false
    }
    this.#nextSequence = this.#acknowledgedSequence + 1n
    this.#isBroken = false
    return true
  }

  /** Waits for appends under way, and syncs what is due to be; idempotent. */
  async close(): Promise<void> {
    while (this.#writing !== null) await this.#writing
    if (this.#unsyncedTimer !== null) {
      clearTimeout(this.#unsyncedTimer)
      await this.#sync()
      this.#unsyncedTimer = null
    }
    await this.#store.close()
  }

  async #writePending(): Promise<void> {
    while (this.#pending.length > 0) {
      // Whatever the sockets hold by now joins the group: of 64 writers, the first would otherwise sync alone.
      await new Promise((resolve) => setImmediate(resolve))
      const group = this.#takeGroup()
      const isSynced = this.#isSyncDue()
      const last = group[group.length - 1].sequence
      const bytes = joinRecords(group)
      try {
        await this.#store.put(sequenceKey(last), bytes, { sync: isSynced })
      } catch (cause) {
        this.#breakOff([...group, ...this.#pending.splice(0)], cause)
        break
      }
      if (isSynced) this.#noteSynced()
      else this.#syncLater()
      this.#noteWritten(last, bytes.length)
      for (const { sequence, resolve } of group) resolve(sequence)
    }
    this.#writing = null
  }

  #takeGroup(): PendingAppend[] {
    let byteCount = 0
    let count = 0
    while (count < this.#pending.length && (count === 0 || byteCount < BATCH_BYTES_MAX)) {
      byteCount += this.#pending[count++].bytes.length
    }
    this.#pendingByteCount -= byteCount
    return this.#pending.splice(0, count)
  }

  #isSyncDue(): boolean {
    switch (this.#options.durability) {
      case 'every_write':
        return true
      case 'periodic':
        return this.#options.monotonicMs() - this.#lastSyncMs >= PERIODIC_SYNC_MS
      default:
        return false
    }
  }

  #noteSynced(): void {
    this.fsyncCount++
    this.#lastSyncMs = this.#options.monotonicMs()
    if (this.#unsyncedTimer !== null) clearTimeout(this.#unsyncedTimer)
    this.#unsyncedTimer = null
  }

  /** `periodic`: the last writes before a pause are synced as well. A synced write syncs all before it. */
  #syncLater(): void {
    if (this.#options.durability !== 'periodic' || this.#unsyncedTimer !== null) return
    this.#unsyncedTimer = setTimeout(() => {
      this.#unsyncedTimer = null
      void this.#sync()
    }, PERIODIC_SYNC_MS)
    this.#unsyncedTimer.unref()
  }

  async #sync(): Promise<void> {
    try {
      await this.#store.put(PROBE_KEY, new Uint8Array(1), { sync: true })
      this.#noteSynced()
    } catch (cause) {
      this.#breakOff([], cause)
    }
  }

  #breakOff(appends: readonly PendingAppend[], cause: unknown): void {
    this.#isBroken = true
    this.#pendingByteCount = 0
    for (const { reject } of appends) reject(brokenError(cause))
  }

  #noteWritten(sequence: bigint, byteCount: number): void {
    assert(sequence > this.#acknowledgedSequence || this.#bytesBySequence.length === 0, 'sequences only grow')
    this.#acknowledgedSequence = sequence
    this.#bytesBySequence.push({ sequence, byteCount })
    this.byteCount += byteCount
  }
}

export async function openStore(directory: string): Promise<Store> {
  const store = new Level<Uint8Array, Uint8Array>(directory, {
    keyEncoding: 'view',
    valueEncoding: 'view',
    compression: false,
    writeBufferSize: LEVELDB_BUFFER_BYTES,
    maxFileSize: LEVELDB_BUFFER_BYTES,
  }) as Store
  const isNew = !(await readdir(directory)).includes('CURRENT')
  try {
    await store.open()
  } catch (cause) {
    throw openError(directory, cause)
  }
  if (isNew) {
    // A store younger than its first synced write cannot be opened after a power loss.
    await store.put(PROBE_KEY, new Uint8Array(1), { sync: true })
    await syncPath(directory)
    await syncPath(path.dirname(directory))
  }
  return store
}

function openError(directory: string, cause: unknown): HyperbyteError {
  const inner = cause instanceof Error ? (cause.cause as { code?: string; message?: string } | undefined) : undefined
  if (inner?.code === 'LEVEL_LOCKED') {
    return new HyperbyteError('locked', `another process holds ${directory}`, { cause })
  }
  return new HyperbyteError('corrupt', `cannot open ${directory}: ${inner?.message ?? String(cause)}`, { cause })
}

async function lastSequence(store: Store): Promise<bigint> {
  for await (const key of store.keys({ reverse: true, limit: 1 })) {
    return key.length === 8 ? Buffer.from(key).readBigUInt64BE(0) : 0n
  }
  return 0n
}

function joinRecords(group: readonly PendingAppend[]): Uint8Array {
  if (group.length === 1) return group[0].bytes
  const joined = Buffer.allocUnsafe(group.reduce((sum, { bytes }) => sum + bytes.length, 0))
  let at = 0
  for (const { bytes } of group) {
    joined.set(bytes, at)
    at += bytes.length
  }
  return joined
}

export function sequenceKey(sequence: bigint): Uint8Array {
  const key = Buffer.alloc(8)
  key.writeBigUInt64BE(sequence)
  return key
}

function brokenError(cause?: unknown): HyperbyteError {
  return new HyperbyteError('no-space', 'the write-ahead log cannot be written; writes are refused until it can', {
    cause,
  })
}

/** Bytes of a directory's files, for reports. */
export async function directoryBytes(directory: string): Promise<number> {
  let sum = 0
  for (const name of await readdir(directory)) sum += (await stat(path.join(directory, name))).size
  return sum
}
