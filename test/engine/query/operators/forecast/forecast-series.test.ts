import { expect, test } from 'vitest'
import { forecastSeries } from '../../../../../src/engine/query/operators/forecast/forecast-series.js'
import type { Series } from '../../../../../src/engine/query/operators/rows.js'
import { SeriesBuilder } from '../../../../../src/engine/query/operators/series-builder.js'
import type { ForecastSpec } from '../../../../../src/engine/query/operators/transform.js'

const MINUTE = 60n

function seriesOf(values: readonly number[]): Series {
  const builder = new SeriesBuilder('float')
  values.forEach((value, i) => {
    builder.append(BigInt(i) * MINUTE, value)
  })
  return builder.finish()
}

function run(series: Series, spec: Partial<ForecastSpec>) {
  const whole: ForecastSpec = { kind: 'forecast', function: 'holt_winters', pointCount: 2, season: 0, ...spec }
  const steps = forecastSeries(series, whole, MINUTE)
  let pauseCount = 0
  for (;;) {
    const step = steps.next()
    if (step.done === true) return { series: step.value, pauseCount }
    pauseCount++
  }
}

test('a flat series goes on flat, an interval after its last point', () => {
  const { series } = run(seriesOf([5, 5, 5, 5, 5, 5]), {})
  expect([...series.times]).toEqual([360n, 420n])
  expect(series.column.values[0]).toBeCloseTo(5, 1)
})

test('with fit the answer starts at the first point', () => {
  const { series } = run(seriesOf([1, 2, 3, 4]), { function: 'holt_winters_with_fit', pointCount: 3 })
  expect(series.count).toBe(7)
  expect(series.times[0]).toBe(0n)
  expect(series.column.values[0]).toBe(1)
})

test('less than two points, or less than a season, give no forecast', () => {
  expect(run(seriesOf([1]), {}).series.count).toBe(0)
  expect(run(seriesOf([1, 2, 3]), { season: 4 }).series.count).toBe(0)
})

// The search takes seconds on long series; a query must not keep others waiting meanwhile.
test('the search can be interrupted after every step', () => {
  expect(run(seriesOf(Array.from({ length: 20 }, (_, i) => Math.sin(i))), { season: 5 }).pauseCount).toBeGreaterThan(
    100,
  )
})
