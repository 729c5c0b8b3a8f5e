/**
 * Slows down guessing: after so many wrong passwords for one name from one address, or from one address at all, the
 * next ones are refused without being checked until the window is over. Clients with a password that was right before
 * never come here (see verified-passwords.ts). Bounded: the oldest window is forgotten first.
 */

const WINDOW_MS = 10_000
const FAILURES_PER_NAME_MAX = 10
const FAILURES_PER_ADDRESS_MAX = 50
const WINDOW_COUNT_MAX = 10_000

interface Window {
  readonly startMs: number
  failureCount: number
}

export class FailureThrottle {
  readonly #windows = new Map<string, Window>()

  isBlocked(address: string, username: string, nowMs: number): boolean {
    return (
      this.#count(nameKey(address, username), nowMs) >= FAILURES_PER_NAME_MAX ||
      this.#count(address, nowMs) >= FAILURES_PER_ADDRESS_MAX
    )
  }

  fail(address: string, username: string, nowMs: number): void {
    this.#add(nameKey(address, username), nowMs)
    this.#add(address, nowMs)
  }

  #count(key: string, nowMs: number): number {
    const window = this.#windows.get(key)
    return window === undefined || nowMs - window.startMs > WINDOW_MS ? 0 : window.failureCount
  }

  #add(key: string, nowMs: number): void {
    const window = this.#windows.get(key)
    if (window !== undefined && nowMs - window.startMs <= WINDOW_MS) {
      window.failureCount++
      return
    }
    this.#windows.delete(key)
    const oldest = this.#windows.keys().next()
    if (this.#windows.size >= WINDOW_COUNT_MAX && !oldest.done) this.#windows.delete(oldest.value)
    this.#windows.set(key, { startMs: nowMs, failureCount: 1 })
  }
}

function nameKey(address: string, username: string): string {
  return `${address}\n${username}`
}
