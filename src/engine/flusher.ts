/**
 * Memory → files: when a memtable is flushed (size, age, size of the log, lack of memory, many deletes), one at a time and in order, and
 * what a write does when memory is full.
 */

import { HyperbyteError } from './domain/errors.js'
import { groupBy } from './domain/group-by.js'
import { type TableName, tableKey } from './domain/table-name.js'
import type { EngineState } from './engine-state.js'
import type { FileEntry } from './registry/file-entry.js'
import type { MetaChange } from './registry/meta-store.js'
import { SerialQueue } from './serial-queue.js'
import type { FlushResult } from './storage/flush-memtable.js'
import { rememberMeasurements } from './stored-facts.js'

/** A write waits this long for memory before it is refused: below the 5 s after which Telegraf gives up. */
const ROOM_WAIT_MS_MAX = 4000
/** Deletes that hide rows in memory before it is flushed: each is a condition on every row that is read. */
const HIDDEN_COUNT_MAX = 64
/** A failed flush is tried again after this time. */
const RETRY_MS = 5000

export class Flusher {
  readonly #state: EngineState
  readonly #queue = new SerialQueue()
  /** When a bucket was last flushed to, by table key and bucket. */
  readonly #flushedAtMs = new Map<string, number>()
  #flushing: Promise<void> | null = null
  #retryAtMs = 0
  /** Files that are written, and that the registry has refused so far. */
  #unrecorded: FlushResult | null = null
  #roomWaiters: (() => void)[] = []
  flushCount = 0
  errorCount = 0

  constructor(state: EngineState) {
    this.#state = state
  }

  get isBusy(): boolean {
    return this.#flushing !== null || this.#state.storage.frozenCount > 0
  }

  /** undefined = not since the start. */
  flushedAtMs(table: TableName, bucketStartNs: bigint): number | undefined {
    return this.#flushedAtMs.get(bucketKey(table, bucketStartNs))
  }

  /** Starts a flush when there is a reason for one. */
  flushIfDue(): void {
    const { storage, stores, options } = this.#state
    const { flushBytesMax, flushAgeMsMax, walBytesMax, monotonicMs } = options
    const { current } = storage
    const isOld = monotonicMs() - current.createdMs > flushAgeMsMax
    if (current.rowCount === 0 && isOld) storage.renewEmpty()
    const hasManyDeletes = current.hiddenCount >= HIDDEN_COUNT_MAX
    const isLarge = current.byteCount >= flushBytesMax
    const isDue = current.rowCount > 0 && (isLarge || isOld || stores.wal.byteCount >= walBytesMax || hasManyDeletes)
    // What is frozen at once is sorted at once: while a flush is slow, no generation grows beyond what the next one can hold.
    if (isDue && isLarge) storage.freeze()
    // What is frozen waits for nothing but the flush before it: no write may ever come again.
    if (isDue || storage.frozenCount > 0) this.#start()
  }

  /** Everything that is in memory now is in registered files when this resolves. */
  async flushAll(): Promise<void> {
    this.#state.storage.freeze()
    while (this.#state.storage.frozenCount > 0) await this.#flushOldest()
  }

  /** Resolves when a flush that has begun has ended. */
  async settle(): Promise<void> {
    await this.#flushing
  }

  /** Resolves when there is room for more rows; throws `no-space` or `unavailable`. */
  async waitForRoom(): Promise<void> {
    const { stores, options } = this.#state
    if (stores.wal.isBroken || options.faults?.refusesWrite()) {
      const text = 'the disk refuses writes; the server is read-only until it accepts them again'
      throw new HyperbyteError('no-space', text)
    }
    if (!this.#isMemoryFull()) return
    const { monotonicMs } = options
    const giveUpAtMs = monotonicMs() + ROOM_WAIT_MS_MAX
    while (this.#isMemoryFull()) {
      const remainingMs = giveUpAtMs - monotonicMs()
      if (remainingMs <= 0) throw new HyperbyteError('unavailable', 'too many writes in memory, waiting for the disk')
      this.#start()
      await this.#nextFlush(remainingMs)
    }
  }

  #isMemoryFull(): boolean {
    const { storage, stores, options } = this.#state
    return storage.memoryByteCount + stores.wal.pendingByteCount > options.memoryBytesMax
  }

  #nextFlush(waitMsMax: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, waitMsMax)
      this.#roomWaiters.push(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  #start(): void {
    const { storage, options } = this.#state
    if (this.#flushing !== null || options.monotonicMs() < this.#retryAtMs) return
    if (storage.frozenCount === 0) storage.freeze()
    this.#flushing = this.#flushOldest()
      .catch((error) => {
        this.errorCount++
        this.#retryAtMs = options.monotonicMs() + RETRY_MS
        this.#state.logFault('flush to Parquet', error)
      })
      .finally(() => {
        this.#flushing = null
        for (const wake of this.#roomWaiters.splice(0)) wake()
        this.flushIfDue()
      })
  }

  #flushOldest(): Promise<void> {
    return this.#queue.run(async () => {
      if (this.#state.options.faults?.failsFlush()) throw new HyperbyteError('no-space', 'injected: flushes fail')
      const startedMs = this.#state.options.monotonicMs()
      const flushed = this.#unrecorded ?? (await this.#state.storage.flushOldest())
      if (flushed === null) return
      this.#unrecorded = flushed
      const sequence = flushed.flushedSequence
      await this.#state.applyChange(flushed, () => [
        ...this.#newFacts(flushed.added),
        { kind: 'set-flushed', sequence },
      ])
      this.#unrecorded = null
      this.flushCount++
      const nowMs = this.#state.options.monotonicMs()
      for (const { table, bucketStartNs } of flushed.added)
        this.#flushedAtMs.set(bucketKey(table, bucketStartNs), nowMs)
      this.#report(flushed.added, nowMs - startedMs)
      await this.#state.stores.wal.truncate(sequence)
    })
  }

  #report(files: readonly FileEntry[], elapsedMs: number): void {
    const sum = (read: (file: FileEntry) => number) => files.reduce((total, file) => total + read(file), 0)
    const rowCount = sum((file) => file.rowCount)
    const byteCount = sum((file) => file.byteCount)
    this.#state.options.onEvent?.({ kind: 'flush', fileCount: files.length, rowCount, byteCount, elapsedMs })
  }

  /** The series and field types that these files are the first to hold. */
  #newFacts(files: readonly FileEntry[]): MetaChange[] {
    return [...groupBy(files, ({ table }) => table.database)].flatMap(([database, ofDatabase]) => {
      const runtime = this.#state.runtimes.get(database)
      const measurements = new Set(ofDatabase.map(({ table }) => table.measurement))
      return runtime === undefined ? [] : rememberMeasurements(runtime, measurements)
    })
  }
}

function bucketKey(table: TableName, bucketStartNs: bigint): string {
  return `${tableKey(table)} ${bucketStartNs}`
}
