/** GROUP BY time(interval, offset) → window; the offset may be a duration, a time or now(). */

import { HyperbyteError } from '../domain/errors.js'
import { zoneOffsetOf } from '../domain/zone-offset.js'
import type { Expr } from '../influxql/ast.js'
import type { Window } from './operators/window.js'

/** From the year 1, where Go counts, to 1970: `time(1w, now())` cuts the offset from there. */
const YEAR_ONE_TO_EPOCH_NS = 62_135_596_800_000_000_000n

export function groupWindow(dimensions: readonly Expr[], nowNs: bigint, timeZone: string | null): Window | null {
  for (const dimension of dimensions) {
    if (dimension.kind !== 'call' || dimension.name !== 'time') continue
    const [interval, offset] = dimension.args
    if (interval?.kind !== 'duration') {
      throw new HyperbyteError('invalid', 'time dimension must have duration argument')
    }
    if (interval.ns <= 0n) return null
    return {
      intervalNs: interval.ns,
      offsetNs: offset === undefined ? 0n : offsetOf(offset, interval.ns, nowNs),
      zoneOffset: timeZone === null || timeZone === 'UTC' ? null : zoneOffsetOf(timeZone),
    }
  }
  return null
}

function offsetOf(offset: Expr, intervalNs: bigint, nowNs: bigint): bigint {
  switch (offset.kind) {
    case 'duration':
      return offset.ns
    case 'time':
      return sinceTruncated(offset.ns, intervalNs)
    case 'call':
      if (offset.name === 'now') return sinceTruncated(nowNs, intervalNs)
  }
  throw new HyperbyteError('invalid', 'time dimension offset must be duration or now()')
}

function sinceTruncated(timeNs: bigint, intervalNs: bigint): bigint {
  return (timeNs + YEAR_ONE_TO_EPOCH_NS) % intervalNs
}
