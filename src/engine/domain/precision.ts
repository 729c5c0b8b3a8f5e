/** The units a write request may give its timestamps in, by InfluxDB's names (`ns` and `us` are those of its v2 API). */

export type Precision = 'n' | 'ns' | 'u' | 'us' | 'µ' | 'ms' | 's' | 'm' | 'h'

export const NANOSECONDS_PER = {
  n: 1n,
  ns: 1n,
  u: 1_000n,
  us: 1_000n,
  µ: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
} as const satisfies Record<Precision, bigint>
