/** SHOW MEASUREMENTS: names of all policies in one list. An unknown database has none, and that is no error. */

import { HyperbyteError } from '../../domain/errors.js'
import type { Statement } from '../../influxql/ast.js'
import { hasTimeComparison } from '../../influxql/split-time.js'
import type { SeriesFrame } from '../result.js'
import { listFrame, textColumn } from '../text-frame.js'
import { chooseMeasurements } from './choose-names.js'
import { withSources } from './name-condition.js'
import { pageOf } from './page-of.js'
import type { ShowContext } from './show-context.js'

type ShowMeasurements = Extract<Statement, { kind: 'show-measurements' }>

export function* showMeasurements(statement: ShowMeasurements, context: ShowContext): Iterable<SeriesFrame> {
  const database = statement.database || context.database
  if (hasTimeComparison(statement.condition)) {
    throw new HyperbyteError('invalid', "SHOW MEASUREMENTS doesn't support time in WHERE clause")
  }
  if (database === '') throw new HyperbyteError('invalid', 'database name required')
  if (context.catalog.database(database) === undefined) return
  const condition = withSources(statement.with === null ? [] : [statement.with], statement.condition)
  const names = pageOf(chooseMeasurements(context.catalog.seriesIndex(database), condition), statement)
  if (names.length > 0) yield listFrame('measurements', [textColumn('name', names)])
}
