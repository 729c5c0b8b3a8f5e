/** How fast, lately: the rate over the last 30 s, from which the time left is reckoned. */

const WINDOW_MS = 30_000
/** Closer samples replace the newest, so that frequent news does not fill the window. */
const SAMPLE_INTERVAL_MS = 250

interface Sample {
  readonly ms: number
  readonly done: number
}

export class RateWindow {
  #samples: Sample[] = []

  add(ms: number, done: number): void {
    const samples = this.#samples
    const last = samples[samples.length - 1]
    // Another phase counts something else.
    if (last !== undefined && done < last.done) samples.length = 0
    if (samples.length > 1 && ms - samples[samples.length - 2].ms < SAMPLE_INTERVAL_MS) samples.pop()
    samples.push({ ms, done })
    while (samples.length > 2 && ms - samples[1].ms >= WINDOW_MS) samples.shift()
  }

  /** Per second; null before there are two samples. */
  rate(): number | null {
    const first = this.#samples[0]
    const last = this.#samples[this.#samples.length - 1]
    if (first === undefined || last.ms === first.ms) return null
    return ((last.done - first.done) / (last.ms - first.ms)) * 1000
  }

  /** Seconds until `total`; null when nobody can say. */
  secondsTo(total: number | null): number | null {
    const rate = this.rate()
    const last = this.#samples[this.#samples.length - 1]
    if (total === null || rate === null || rate <= 0) return null
    return Math.max(0, (total - last.done) / rate)
  }
}
