/**
 * `max-concurrent-write-limit` and its queue: so many writes at once, so many more waiting for so long. The texts are
 * plain text on purpose (InfluxDB's), which also makes Telegraf keep the batch.
 */

export interface WriteThrottleLimits {
  /** 0 = no limit, and no queue. */
  readonly concurrentCountMax: number
  readonly enqueuedCountMax: number
  /** 0 = wait for ever. */
  readonly timeoutMs: number
}

export const QUEUE_FULL = 'request throttled, queue full'
export const QUEUE_TIMEOUT = 'request throttled, exceeds timeout'

interface Waiter {
  readonly admit: (refusal: string | null) => void
  timer: NodeJS.Timeout | undefined
}

export class WriteThrottle {
  readonly #limits: WriteThrottleLimits
  readonly #waiters: Waiter[] = []
  #runningCount = 0

  constructor(limits: WriteThrottleLimits) {
    this.#limits = limits
  }

  get isOn(): boolean {
    return this.#limits.concurrentCountMax > 0
  }

  /** null when the write may run (call `leave` after it), else the text of the refusal. */
  enter(): Promise<string | null> | string | null {
    if (this.#runningCount < this.#limits.concurrentCountMax) {
      this.#runningCount++
      return null
    }
    if (this.#waiters.length >= this.#limits.enqueuedCountMax) return QUEUE_FULL
    return new Promise((resolve) => {
      const waiter: Waiter = { admit: resolve, timer: undefined }
      const timeoutMs = this.#limits.timeoutMs
      if (timeoutMs > 0) waiter.timer = setTimeout(() => this.#expire(waiter), timeoutMs)
      this.#waiters.push(waiter)
    })
  }

  leave(): void {
    const next = this.#waiters.shift()
    if (next === undefined) {
      this.#runningCount--
      return
    }
    clearTimeout(next.timer)
    next.admit(null)
  }

  #expire(waiter: Waiter): void {
    this.#waiters.splice(this.#waiters.indexOf(waiter), 1)
    waiter.admit(QUEUE_TIMEOUT)
  }
}
