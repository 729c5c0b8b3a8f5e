/**
 * SHOW … CARDINALITY: how many series, measurements, tag keys, tag values or field keys there are. The plain forms for
 * series and measurements count the whole database at once (InfluxDB estimates here, we know); all others count per
 * measurement and, with GROUP BY, per tag set. InfluxDB counts a series once for each of its shards, we once.
 */

import { compareBytewise } from '../../domain/compare-bytewise.js'
import { HyperbyteError } from '../../domain/errors.js'
import type { CardinalityClauses, Statement } from '../../influxql/ast.js'
import { hasTimeComparison, splitTime } from '../../influxql/split-time.js'
import type { Tag } from '../../metadata/series-table.js'
import type { Catalog } from '../catalog.js'
import type { SeriesFrame } from '../result.js'

import { integerColumn, listFrame } from '../text-frame.js'
import { chooseTagKeys } from './choose-names.js'
import { dimensionNames, groupSeriesByTags, type TagSetGroup } from './group-series-by-tags.js'
import { withTagKeys } from './name-condition.js'
import type { ShowContext } from './show-context.js'
import { typesIn } from './show-field-keys.js'
import { fieldsInDatabase, type ShownMeasurement, shownMeasurements, shownTables } from './shown-tables.js'

export type CardinalityStatement = Extract<Statement, { kind: `show-${string}-cardinality` }>

export function* showCardinality(statement: CardinalityStatement, context: ShowContext): Iterable<SeriesFrame> {
  const database = statement.database || context.database
  if (database === '') throw new HyperbyteError('invalid', 'database name required')
  if (isWholeDatabase(statement)) {
    yield listFrame('', [
      integerColumn('cardinality estimation', [BigInt(countAll(statement.kind, database, context))]),
    ])
    return
  }
  if (hasTimeComparison(statement.condition)) {
    if (statement.kind === 'show-tag-values-cardinality') return
    throw new HyperbyteError('invalid', `${TITLE[statement.kind]} doesn't support time in WHERE clause`)
  }
  if (statement.kind === 'show-measurement-cardinality') yield* countMeasurements(statement, context)
  else yield* countInMeasurements(statement, context)
}

const TITLE = {
  'show-series-cardinality': 'SHOW SERIES EXACT CARDINALITY',
  'show-measurement-cardinality': 'SHOW MEASUREMENT EXACT CARDINALITY',
  'show-tag-key-cardinality': 'SHOW TAG KEY EXACT CARDINALITY',
  'show-field-key-cardinality': 'SHOW FIELD KEY CARDINALITY',
} satisfies Partial<Record<CardinalityStatement['kind'], string>>

function isWholeDatabase(statement: CardinalityStatement): boolean {
  const isPlainKind = statement.kind === 'show-series-cardinality' || statement.kind === 'show-measurement-cardinality'
  const { isExact, sources, condition, dimensions, limit, offset } = statement
  const hasClauses = sources.length > 0 || condition !== null || dimensions.length > 0 || limit > 0 || offset > 0
  return isPlainKind && !isExact && !hasClauses
}

function countAll(kind: CardinalityStatement['kind'], database: string, { catalog }: ShowContext): number {
  if (catalog.database(database) === undefined) return 0
  const index = catalog.seriesIndex(database)
  const measurements = index.measurements()
  if (kind === 'show-measurement-cardinality') return measurements.length
  return measurements.reduce((count, measurement) => count + index.seriesCount(measurement), 0)
}

/** One row for the whole answer, or per tag set of all measurements together. */
function* countMeasurements(statement: CardinalityClauses, context: ShowContext): Iterable<SeriesFrame> {
  const counts = new Map<string, { tags: readonly Tag[]; count: number }>()
  const shown = shownMeasurements(statement, context)
  const dimensions = dimensionNames(statement.dimensions, tagKeysIn(context.catalog, shown))
  for (const measured of shown) {
    for (const { id, tags } of groupsOf(statement, dimensions, measured, context)) {
      const known = counts.get(id)
      if (known === undefined) counts.set(id, { tags, count: 1 })
      else known.count++
    }
  }
  for (const id of [...counts.keys()].sort(compareBytewise)) {
    const { tags, count } = counts.get(id)!
    yield* countFrame('', tags, count, statement)
  }
}

function* countInMeasurements(
  statement: Exclude<CardinalityStatement, { kind: 'show-measurement-cardinality' }>,
  context: ShowContext,
): Iterable<SeriesFrame> {
  const shown = shownMeasurements(statement, context)
  const dimensions = dimensionNames(statement.dimensions, tagKeysIn(context.catalog, shown))
  for (const measured of shown) {
    for (const { tags, series } of groupsOf(statement, dimensions, measured, context)) {
      const count = countIn(statement, measured, series, context)
      if (count > 0) yield* countFrame(measured.measurement, tags, count, statement)
    }
  }
}

/** A wildcard means the tag keys of all measurements of the answer. */
function tagKeysIn(catalog: Catalog, shown: readonly ShownMeasurement[]): readonly string[] {
  const keys = new Set<string>()
  for (const { database, measurement } of shown) {
    for (const key of catalog.seriesIndex(database.name).tagKeys(measurement)) keys.add(key)
  }
  return [...keys]
}

function groupsOf(
  { condition: where }: CardinalityClauses,
  dimensions: readonly string[],
  { database, measurement }: ShownMeasurement,
  { catalog, nowNs }: ShowContext,
): readonly TagSetGroup[] {
  const { condition } = splitTime(where, { nowNs, localToUtc: null })
  const isField = fieldsInDatabase(catalog, database, measurement)
  const index = catalog.seriesIndex(database.name)
  const selections = index.select(measurement, condition, isField)
  // What depends on fields cannot be counted here; InfluxDB leaves it out as well.
  const series = selections.filter(({ residual }) => residual === null).flatMap((selection) => [...selection.series])
  return groupSeriesByTags(series, dimensions, (key) => index.tagReader(measurement, key))
}

function countIn(
  statement: Exclude<CardinalityStatement, { kind: 'show-measurement-cardinality' }>,
  { database, measurement }: ShownMeasurement,
  series: readonly number[],
  context: ShowContext,
): number {
  const { catalog } = context
  const index = catalog.seriesIndex(database.name)
  const keys = index.tagKeys(measurement)
  const tagReadersOf = (names: readonly string[]): TagReader[] => names.map((key) => index.tagReader(measurement, key))
  switch (statement.kind) {
    case 'show-series-cardinality':
      return series.length
    case 'show-field-key-cardinality': {
      const tables = shownTables(statement, context).filter((one) => one.measurement === measurement)
      return typesIn(catalog, tables).size
    }
    case 'show-tag-key-cardinality':
      return tagReadersOf(keys).filter((read) => series.some((ordinal) => read(ordinal) !== '')).length
    case 'show-tag-values-cardinality': {
      const chosen = chooseTagKeys(keys, withTagKeys(statement.keyFilter, null)!)
      return countValues(series, tagReadersOf(chosen))
    }
  }
}

type TagReader = (ordinal: number) => string

/** A value that two keys have counts once. */
function countValues(series: readonly number[], readers: readonly TagReader[]): number {
  const values = new Set<string>()
  for (const read of readers) for (const ordinal of series) values.add(read(ordinal))
  values.delete('')
  return values.size
}

/** LIMIT and OFFSET apply to the single row of each series of the answer. */
function* countFrame(
  name: string,
  tags: readonly Tag[],
  count: number,
  { offset }: CardinalityClauses,
): Iterable<SeriesFrame> {
  if (offset > 0) return
  yield { ...listFrame(name, [integerColumn('count', [BigInt(count)])]), tags: tags.length === 0 ? null : tags }
}
