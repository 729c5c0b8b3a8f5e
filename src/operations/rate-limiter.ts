/**
 * No more than so many things a second (bytes, rows, requests), evenly: whoever takes some waits until the ones taken
 * before are paid for. A pause earns no credit, so the limit holds over any span and not only on average.
 */

export interface RateClock {
  /** Monotonic milliseconds. */
  nowMs(): number
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

export class RateLimiter {
  readonly #perMs: number
  readonly #clock: RateClock
  /** When everything taken so far is paid for. */
  #paidAtMs = Number.NEGATIVE_INFINITY

  constructor(perSecond: number, clock: RateClock = SYSTEM_CLOCK) {
    this.#perMs = perSecond / 1000
    this.#clock = clock
  }

  /** Resolves when `count` may go; the next taker waits for these. Rejects with the signal's reason. */
  async take(count: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const nowMs = this.#clock.nowMs()
    const startMs = Math.max(this.#paidAtMs, nowMs)
    this.#paidAtMs = startMs + count / this.#perMs
    if (startMs > nowMs) await this.#clock.sleep(startMs - nowMs, signal)
  }
}

export const SYSTEM_CLOCK: RateClock = { nowMs: () => performance.now(), sleep: sleepUnlessAborted }

/** Rejects with the signal's own reason, not with a timer's. */
export function sleepUnlessAborted(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const abort = () => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', abort)
      resolve()
    }, ms)
    signal.addEventListener('abort', abort, { once: true })
  })
}
