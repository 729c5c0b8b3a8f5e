/**
 * Keeps a backfill from hurting the source it reads: between slices it looks how long the source takes for something
 * trivial, and waits while that is more than `loadMax` times what it was before the backfill began. Quiet hours are hours
 * in which nothing is read at all.
 */

import type { RateClock } from '../rate-limiter.js'
import type { QuietHours } from './quiet-hours.js'
import { quietMs } from './quiet-hours.js'

export interface SourceGuardOptions {
  /** Resolves when the source has answered something trivial. */
  readonly probe: () => Promise<void>
  /** How many times slower than at first the source may be; 0 = however slow. */
  readonly loadMax: number
  readonly quietHours: QuietHours | null
  readonly clock: RateClock
  readonly nowDate: () => Date
  readonly onWait: (reason: string) => void
}

const BASE_PROBES = 5
const RECENT_PROBES = 10
const PROBE_INTERVAL_MS = 1000
/** Below this nobody suffers, whatever the factor is. */
const LATENCY_MS_FREE = 25
const PAUSE_MS = 1000
/** Fast answers in a row after which the source has recovered. */
const FAST_PROBES = 3
/** After so long the source is slow by itself, and waiting does not help it. */
const PAUSE_MS_MAX = 120_000
const QUIET_STEP_MS = 30_000

export class SourceGuard {
  readonly #options: SourceGuardOptions
  #baseMs: number | null = null
  #recentMs: number[] = []
  #probedAtMs = Number.NEGATIVE_INFINITY
  waitedMs = 0

  constructor(options: SourceGuardOptions) {
    this.#options = options
  }

  /** Resolves when the next slice may be read. Rejects with the signal's reason. */
  async pass(signal: AbortSignal): Promise<void> {
    await this.#waitForQuietHours(signal)
    if (this.#options.loadMax === 0) return
    await this.#probeIfDue()
    if (this.#p95Ms() <= this.#limitMs) return
    this.#options.onWait(`the source answers in ${Math.round(this.#p95Ms())} ms, waiting`)
    let fastCount = 0
    for (let waitedMs = 0; fastCount < FAST_PROBES && waitedMs < PAUSE_MS_MAX; waitedMs += PAUSE_MS) {
      await this.#options.clock.sleep(PAUSE_MS, signal)
      this.waitedMs += PAUSE_MS
      fastCount = (await this.#probe()) <= this.#limitMs ? fastCount + 1 : 0
    }
    this.#recentMs = []
  }

  async #waitForQuietHours(signal: AbortSignal): Promise<void> {
    const { quietHours, nowDate, onWait, clock } = this.#options
    if (quietHours === null) return
    let isTold = false
    for (let ms = quietMs(quietHours, nowDate()); ms > 0; ms = quietMs(quietHours, nowDate())) {
      if (!isTold) onWait(`quiet hours: waiting until ${new Date(nowDate().getTime() + ms).toTimeString().slice(0, 5)}`)
      isTold = true
      await clock.sleep(Math.min(ms, QUIET_STEP_MS), signal)
    }
  }

  async #probeIfDue(): Promise<void> {
    if (this.#baseMs === null) {
      const times: number[] = []
      for (let i = 0; i < BASE_PROBES; i++) times.push(await this.#probe())
      this.#baseMs = times.sort((a, b) => a - b)[BASE_PROBES >> 1]
      return
    }
    if (this.#options.clock.nowMs() - this.#probedAtMs < PROBE_INTERVAL_MS) return
    // Once may be chance; a slow answer is asked for again at once.
    if ((await this.#probe()) > this.#limitMs) await this.#probe()
  }

  async #probe(): Promise<number> {
    const { probe, clock } = this.#options
    const startedMs = clock.nowMs()
    await probe()
    this.#probedAtMs = clock.nowMs()
    const elapsedMs = this.#probedAtMs - startedMs
    this.#recentMs = [...this.#recentMs.slice(1 - RECENT_PROBES), elapsedMs]
    return elapsedMs
  }

  get #limitMs(): number {
    return Math.max(LATENCY_MS_FREE, (this.#baseMs ?? 0) * this.#options.loadMax)
  }

  /** Of few answers the slowest is left out. */
  #p95Ms(): number {
    const sorted = [...this.#recentMs].sort((a, b) => a - b)
    return sorted[Math.max(0, Math.floor(sorted.length * 0.95) - 1)] ?? 0
  }
}
