/**
 * What becomes of slices that a server could not answer: they come again in halves, after a wait that grows with each
 * failure in a row, until there is no more hope.
 */

import { ClientError } from '../../client/client-error.js'
import { sleepUnlessAborted } from '../rate-limiter.js'
import type { Slice, WorkList } from './work-list.js'

/** Failures in a row, of slices that cannot be made shorter or while the server is away, before the work ends. */
const FAILURES_MAX = 8
const FAILURE_WAIT_MS = 1000

export interface SlicePatienceOptions {
  readonly work: WorkList
  readonly warn: (message: string) => void
  readonly signal: AbortSignal
}

export class SlicePatience {
  readonly #options: SlicePatienceOptions
  #failureCount = 0

  constructor(options: SlicePatienceOptions) {
    this.#options = options
  }

  afterSuccess(): void {
    this.#failureCount = 0
  }

  /** Shorter when that may help; later when the server is away. Throws `error` when neither does. */
  async afterFailure(slice: Slice, error: Error): Promise<void> {
    const { work, warn, signal } = this.#options
    if (!isWorthRetrying(error)) throw error
    const isShorter = work.split(slice)
    this.#failureCount++
    const place = `${slice.measurement} ${printTime(slice.startNs)} to ${printTime(slice.endNs)}`
    warn(`${place}: ${error.message}; ${isShorter ? 'again in halves' : 'again'}`)
    if (this.#failureCount > FAILURES_MAX) throw error
    await sleepUnlessAborted(FAILURE_WAIT_MS * this.#failureCount, signal)
  }
}

/** Time limits, memory, lost connections; not: no permission, no such database. */
function isWorthRetrying(error: Error): boolean {
  if (!(error instanceof ClientError)) return false
  if (error.kind === 'unreachable' || error.kind === 'unexpected') return true
  return /timeout|timed out|memory|max-select|limit exceeded|interrupted/i.test(error.message)
}

/** For people: to the second. */
function printTime(ns: bigint): string {
  const ms = Number(ns / 1_000_000n)
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z') : `${ns}`
}
