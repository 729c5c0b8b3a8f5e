/** Medians, percentiles and means over samples of a benchmark. Samples may come in any order; none is empty. */

export type Spread = { count: number; min: number; median: number; p95: number; p99: number; max: number }

export function spreadOf(samples: readonly number[]): Spread {
  const sorted = Float64Array.from(samples).sort()
  return {
    count: sorted.length,
    min: sorted[0]!,
    median: median(samples),
    p95: percentile(sorted, 0.95),
    p99: percentile(sorted, 0.99),
    max: sorted[sorted.length - 1]!,
  }
}

export function median(samples: readonly number[]): number {
  const sorted = Float64Array.from(samples).sort()
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

export function geometricMean(samples: readonly number[]): number {
  let logSum = 0
  for (const sample of samples) logSum += Math.log(sample)
  return Math.exp(logSum / samples.length)
}

/** Nearest rank: the smallest sample that at least `share` of all samples do not exceed. */
function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!
}
