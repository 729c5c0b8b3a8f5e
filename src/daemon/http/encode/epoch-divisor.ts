/**
 * What `epoch=` asks for: null = RFC3339 text, otherwise nanoseconds per unit. Any other non-empty value is ns, `us` and
 * `µ` included (influxd 1.6.7 answers so). Division truncates towards zero.
 */
export function epochDivisorOf(epoch: string): bigint | null {
  switch (epoch) {
    case '':
      return null
    case 'u':
      return 1000n
    case 'ms':
      return 1_000_000n
    case 's':
      return 1_000_000_000n
    case 'm':
      return 60_000_000_000n
    case 'h':
      return 3_600_000_000_000n
    default:
      return 1n
  }
}
