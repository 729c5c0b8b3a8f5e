/** Durations in fixed buckets, from 0.1 ms to a minute: enough for Prometheus's quantiles, one addition to record. */

/** Upper ends in seconds, inclusive. */
export const LATENCY_BOUNDS_SECONDS = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
] as const

export class LatencyHistogram {
  /** Per bound, not cumulative; the last entry is for everything above. */
  readonly counts = new Float64Array(LATENCY_BOUNDS_SECONDS.length + 1)
  sumSeconds = 0
  count = 0

  recordMs(durationMs: number): void {
    const seconds = durationMs / 1000
    let bucket = 0
    while (bucket < LATENCY_BOUNDS_SECONDS.length && seconds > LATENCY_BOUNDS_SECONDS[bucket]) bucket++
    this.counts[bucket]++
    this.sumSeconds += seconds
    this.count++
  }
}
