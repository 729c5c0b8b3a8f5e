/**
 * The interval of a statement's first `GROUP BY time(…)`.
 */

import type { SelectStatement } from './ast.js'

/** Nanoseconds, 0 without time(), or InfluxDB's complaint about its arguments. */
export function groupByInterval(statement: SelectStatement): bigint | { readonly error: string } {
  for (const dimension of statement.dimensions) {
    if (dimension.kind !== 'call' || dimension.name !== 'time') continue
    const { args } = dimension
    if (args.length === 0 || args.length > 2) return { error: 'time dimension expected 1 or 2 arguments' }
    const [interval] = args
    return interval.kind === 'duration' ? interval.ns : { error: 'time dimension must have duration argument' }
  }
  return 0n
}
