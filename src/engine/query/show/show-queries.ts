/** SHOW QUERIES: the queries in progress, this one among them. */

import { formatGoDuration } from '../../influxql/duration.js'
import type { SeriesFrame } from '../result.js'
import type { QueryInfo } from '../running-queries.js'
import { integerColumn, listFrame, textColumn } from '../text-frame.js'

export function* showQueries(queries: readonly QueryInfo[]): Iterable<SeriesFrame> {
  yield listFrame('', [
    integerColumn(
      'qid',
      queries.map(({ id }) => BigInt(id)),
    ),
    textColumn(
      'query',
      queries.map(({ text }) => text),
    ),
    textColumn(
      'database',
      queries.map(({ database }) => database),
    ),
    textColumn(
      'duration',
      queries.map(({ elapsedMs }) => shortDuration(elapsedMs)),
    ),
    textColumn(
      'status',
      queries.map(({ status }) => status),
    ),
  ])
}

/** In whole seconds, milliseconds or microseconds, as influxd cuts it. */
function shortDuration(elapsedMs: number): string {
  const ns = BigInt(Math.max(0, Math.round(elapsedMs * 1e6)))
  const unit = ns >= 1_000_000_000n ? 1_000_000_000n : ns >= 1_000_000n ? 1_000_000n : 1_000n
  return formatGoDuration(ns - (ns % unit))
}
