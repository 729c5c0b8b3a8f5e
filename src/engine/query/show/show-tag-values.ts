/**
 * SHOW TAG VALUES: per measurement the values of the chosen keys among the matching series, over all policies, by key
 * and then by value. Limits are per measurement.
 */

import { sortBytewise } from '../../domain/compare-bytewise.js'
import type { Expr, Statement } from '../../influxql/ast.js'
import { splitTime } from '../../influxql/split-time.js'
import type { IsField, SeriesIndex } from '../../metadata/series-index.js'
import { letOthersRun } from '../pace.js'
import type { SeriesFrame } from '../result.js'
import { listFrame, textColumn } from '../text-frame.js'
import { chooseMeasurements, chooseTagKeys } from './choose-names.js'
import { namePartOf, seriesPartOf, withSources, withTagKeys } from './name-condition.js'
import type { Page } from './page-of.js'
import { requireDatabase } from './require-database.js'
import { isUnbounded, seriesInTime } from './series-in-time.js'
import type { ShowContext } from './show-context.js'
import { fieldsInDatabase, tablesInDatabase } from './shown-tables.js'

type ShowTagValues = Extract<Statement, { kind: 'show-tag-values' }>

export async function* showTagValues(statement: ShowTagValues, context: ShowContext): AsyncIterable<SeriesFrame> {
  const { catalog } = context
  const database = requireDatabase(catalog, statement.database || context.database)
  const where = withSources(statement.sources, withTagKeys(statement.keyFilter, statement.condition))
  const { condition, bounds } = splitTime(where, { nowNs: context.nowNs, localToUtc: null })
  const seriesCondition = seriesPartOf(condition)
  const index = catalog.seriesIndex(database.name)
  for (const measurement of chooseMeasurements(index, namePartOf(condition))) {
    const keys = condition === null ? [] : chooseTagKeys(index.tagKeys(measurement), condition)
    const isField = fieldsInDatabase(catalog, database, measurement)
    const values = isUnbounded(bounds)
      ? valuesOf(index, measurement, keys, seriesCondition, isField)
      : await valuesInTime(measurement, keys, isField)
    const frame = valuesFrame(measurement, keys, values, statement)
    if (frame === null) continue
    yield frame
    await letOthersRun(context.signal)
  }

  async function valuesInTime(
    measurement: string,
    keys: readonly string[],
    isField: IsField,
  ): Promise<readonly (readonly string[])[]> {
    const matching = index.seriesMatching(measurement, seriesCondition, isField)
    const tables = tablesInDatabase(database, measurement)
    const series = await seriesInTime(catalog, tables, matching, bounds, context.signal)
    return keys.map((key) => distinctValues(series, index.tagReader(measurement, key)))
  }
}

function distinctValues(series: Uint32Array, read: (ordinal: number) => string): readonly string[] {
  const values = new Set<string>()
  for (const ordinal of series) values.add(read(ordinal))
  values.delete('')
  return sortBytewise([...values])
}

function valuesOf(
  index: SeriesIndex,
  measurement: string,
  keys: readonly string[],
  condition: Expr | null,
  isField: IsField,
): readonly (readonly string[])[] {
  if (condition === null) return keys.map((key) => index.tagValues(measurement, key))
  return index.tagValuesMatching(measurement, keys, condition, isField)
}

function valuesFrame(
  measurement: string,
  keys: readonly string[],
  values: readonly (readonly string[])[],
  { limit, offset }: Page,
): SeriesFrame | null {
  const keyColumn: string[] = []
  const valueColumn: string[] = []
  let toSkip = offset
  let toTake = limit > 0 ? limit : Number.POSITIVE_INFINITY
  for (let i = 0; i < keys.length && toTake > 0; i++) {
    const end = Math.min(values[i].length, toSkip + toTake)
    for (let k = toSkip; k < end; k++) {
      keyColumn.push(keys[i])
      valueColumn.push(values[i][k])
    }
    toTake -= Math.max(0, end - toSkip)
    toSkip = Math.max(0, toSkip - values[i].length)
  }
  if (keyColumn.length === 0) return null
  return listFrame(measurement, [textColumn('key', keyColumn), textColumn('value', valueColumn)])
}
