/** SHOW TAG KEYS: per measurement the keys that the matching series have, over all policies. Limits are per measurement. */

import type { Statement } from '../../influxql/ast.js'
import { splitTime } from '../../influxql/split-time.js'
import type { IsField } from '../../metadata/series-index.js'
import type { SeriesFrame } from '../result.js'
import { listFrame, textColumn } from '../text-frame.js'
import { chooseMeasurements } from './choose-names.js'
import { namePartOf, seriesPartOf, withSources } from './name-condition.js'
import { pageOf } from './page-of.js'
import { requireDatabase } from './require-database.js'
import { isUnbounded, seriesInTime } from './series-in-time.js'
import type { ShowContext } from './show-context.js'
import { fieldsInDatabase, tablesInDatabase } from './shown-tables.js'

type ShowTagKeys = Extract<Statement, { kind: 'show-tag-keys' }>

export async function* showTagKeys(statement: ShowTagKeys, context: ShowContext): AsyncIterable<SeriesFrame> {
  const { catalog } = context
  const database = requireDatabase(catalog, statement.database || context.database)
  const where = withSources(statement.sources, statement.condition)
  const { condition, bounds } = splitTime(where, { nowNs: context.nowNs, localToUtc: null })
  const seriesCondition = seriesPartOf(condition)
  const index = catalog.seriesIndex(database.name)
  for (const measurement of chooseMeasurements(index, namePartOf(condition))) {
    const isField = fieldsInDatabase(catalog, database, measurement)
    const keys = isUnbounded(bounds)
      ? index.tagKeysMatching(measurement, seriesCondition, isField)
      : await keysInTime(measurement, isField)
    const shown = pageOf(keys, statement)
    if (shown.length > 0) yield listFrame(measurement, [textColumn('tagKey', shown)])
  }

  async function keysInTime(measurement: string, isField: IsField): Promise<readonly string[]> {
    const matching = index.seriesMatching(measurement, seriesCondition, isField)
    const tables = tablesInDatabase(database, measurement)
    const series = await seriesInTime(catalog, tables, matching, bounds, context.signal)
    return index.tagKeys(measurement).filter((key) => {
      const read = index.tagReader(measurement, key)
      return series.some((ordinal) => read(ordinal) !== '')
    })
  }
}
