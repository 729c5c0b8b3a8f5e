/**
 * holt_winters over the filled buckets of an aggregate: points become values at equal distances, NaN where a bucket is
 * missing or null, and the forecast becomes points one interval apart. Null buckets at either end are left out.
 */

import { isValid } from '../../../domain/column.js'
import type { Series } from '../rows.js'
import { SeriesBuilder } from '../series-builder.js'
import type { ForecastSpec } from '../transform.js'
import { forecast } from './holt-winters.js'

/** Yields as `forecast` does. Too few points give no forecast. */
export function* forecastSeries(series: Series, spec: ForecastSpec, intervalNs: bigint): Generator<number, Series> {
  const out = new SeriesBuilder('float')
  const season = spec.season < 2 ? 0 : spec.season
  const { times, column } = series
  const rows = presentRows(series)
  if (rows.length < 2 || rows.length < season) return out.finish()
  const points = rows.map((row) => ({ timeNs: times[row], value: Number(column.values[row]) }))
  const values = regularValues(points, intervalNs)
  if (values.length < 2) return out.finish()
  const results = yield* forecast({ values, pointCount: spec.pointCount, season })
  const hasFit = spec.function === 'holt_winters_with_fit'
  const startNs = hasFit ? points[0].timeNs : points[points.length - 1].timeNs + intervalNs
  const shown = hasFit ? results : results.subarray(values.length)
  for (let i = 0; i < shown.length; i++) {
    if (!Number.isNaN(shown[i])) out.append(startNs + intervalNs * BigInt(i), shown[i])
  }
  return out.finish()
}

function presentRows({ count, column }: Series): readonly number[] {
  const rows: number[] = []
  for (let row = 0; row < count; row++) if (isValid(column.validity, row)) rows.push(row)
  return rows
}

interface Point {
  readonly timeNs: bigint
  readonly value: number
}

/** Of several points in one place the first counts. */
function regularValues([first, ...others]: readonly Point[], intervalNs: bigint): Float64Array {
  const values = [first.value]
  let lastNs = nearest(first.timeNs, intervalNs)
  for (const { timeNs, value } of others) {
    const placeNs = nearest(timeNs, intervalNs)
    if (placeNs <= lastNs) continue
    for (lastNs += intervalNs; lastNs < placeNs; lastNs += intervalNs) values.push(Number.NaN)
    values.push(value)
  }
  return Float64Array.from(values)
}

/** Truncated, not floored: before 1970 a time within the interval's first half moves up (influxd 1.6.7). */
function nearest(timeNs: bigint, intervalNs: bigint): bigint {
  const whole = timeNs / intervalNs
  return (timeNs % intervalNs > intervalNs / 2n ? whole + 1n : whole) * intervalNs
}
