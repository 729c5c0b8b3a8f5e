/** Bytes that an operation moves: counted for progress, held to a rate, stopped by a signal. */

import type { ProgressSink, ProgressUnit } from '../progress.js'
import { RateLimiter } from '../rate-limiter.js'

export interface PaceOptions {
  /** null = as fast as it goes. */
  readonly bytesPerSecond: number | null
  readonly progress: ProgressSink
  readonly signal: AbortSignal
}

export class BytePace {
  readonly signal: AbortSignal
  readonly #progress: ProgressSink
  readonly #limiter: RateLimiter | null
  #phase = ''
  #unit: ProgressUnit = 'bytes'
  #done = 0
  #total: number | null = null
  #fileCount = 0
  #doneFileCount = 0

  constructor({ bytesPerSecond, progress, signal }: PaceOptions) {
    this.#progress = progress
    this.#limiter = bytesPerSecond === null ? null : new RateLimiter(bytesPerSecond)
    this.signal = signal
  }

  get isLimited(): boolean {
    return this.#limiter !== null
  }

  begin(phase: string, total: number | null, fileCount: number, unit: ProgressUnit = 'bytes'): void {
    this.#phase = phase
    this.#unit = unit
    this.#done = 0
    this.#total = total
    this.#fileCount = fileCount
    this.#doneFileCount = 0
    this.#report()
  }

  /** Resolves when these bytes may pass, and counts them as done. */
  readonly take = async (byteCount: number): Promise<void> => {
    await this.limit(byteCount)
    this.count(byteCount)
  }

  /** Resolves when these bytes may pass. */
  async limit(byteCount: number): Promise<void> {
    this.signal.throwIfAborted()
    if (this.#limiter !== null) await this.#limiter.take(byteCount, this.signal)
  }

  count(done: number): void {
    this.#done += done
    this.#report()
  }

  warn(message: string): void {
    this.#progress.warn(message)
  }

  endFile(): void {
    this.#doneFileCount++
    this.#report()
  }

  async *pass(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of pieces) {
      await this.take(piece.length)
      yield piece
    }
  }

  #report(): void {
    const details = this.#fileCount === 0 ? [] : [{ name: 'file', value: `${this.#doneFileCount}/${this.#fileCount}` }]
    this.#progress.update({ phase: this.#phase, done: this.#done, total: this.#total, unit: this.#unit, details })
  }
}
