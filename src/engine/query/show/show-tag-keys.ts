/** SHOW TAG KEYS: per measurement the keys that the matching series have, over all policies. Limits are per measurement. */

import type { Statement } from '../../influxql/ast.js'
import { splitTime } from '../../influxql/split-time.js'
import type { SeriesFrame } from '../result.js'
import { listFrame, textColumn } from '../text-frame.js'
import { chooseMeasurements } from './choose-names.js'
import { namePartOf, seriesPartOf, withSources } from './name-condition.js'
import { pageOf } from './page-of.js'
import { requireDatabase } from './require-database.js'
import type { ShowContext } from './show-context.js'
import { fieldsInDatabase, isAnywhereInBounds } from './shown-tables.js'

type ShowTagKeys = Extract<Statement, { kind: 'show-tag-keys' }>

export function* showTagKeys(statement: ShowTagKeys, context: ShowContext): Iterable<SeriesFrame> {
  const { catalog } = context
  const database = requireDatabase(catalog, statement.database || context.database)
  const where = withSources(statement.sources, statement.condition)
  const { condition, bounds } = splitTime(where, { nowNs: context.nowNs, localToUtc: null })
  const seriesCondition = seriesPartOf(condition)
  const index = catalog.seriesIndex(database.name)
  for (const measurement of chooseMeasurements(index, namePartOf(condition))) {
    if (!isAnywhereInBounds(catalog, database, measurement, bounds)) continue
    const isField = fieldsInDatabase(catalog, database, measurement)
    const keys = index.tagKeysMatching(measurement, seriesCondition, isField)
    const shown = pageOf(keys, statement)
    if (shown.length > 0) yield listFrame(measurement, [textColumn('tagKey', shown)])
  }
}
