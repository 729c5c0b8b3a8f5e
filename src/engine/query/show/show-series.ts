/**
 * SHOW SERIES: series keys as line protocol writes them, measurement by measurement. Limits are over the whole answer.
 * With a bound on time InfluxDB answers from the data instead of the index: then the order is that of the key's bytes,
 * and a condition on a field leaves nothing. Long answers come in pieces.
 */

import { compareBytewise } from '../../domain/compare-bytewise.js'
import { HyperbyteError } from '../../domain/errors.js'
import type { Expr, Statement } from '../../influxql/ast.js'
import { hasTimeComparison, splitTime } from '../../influxql/split-time.js'
import { walkExpr } from '../../influxql/walk-expr.js'
import { letOthersRun } from '../pace.js'
import type { SeriesFrame } from '../result.js'

import { listFrame, textColumn } from '../text-frame.js'
import { seriesInTime } from './series-in-time.js'
import type { ShowContext } from './show-context.js'
import { tablesByMeasurement } from './show-field-keys.js'
import { fieldsInDatabase, fieldsOf, shownMeasurements, shownTables } from './shown-tables.js'

type ShowSeries = Extract<Statement, { kind: 'show-series' }>

/** A piece of an answer: about 5 ms of decoding keys. */
const PIECE_ROWS_MAX = 10_000

export async function* showSeries(statement: ShowSeries, context: ShowContext): AsyncIterable<SeriesFrame> {
  const listed = hasTimeComparison(statement.condition)
    ? keysInTime(statement, context)
    : keysInIndex(statement, context)
  let toSkip = statement.offset
  let toTake = statement.limit > 0 ? statement.limit : Number.POSITIVE_INFINITY
  let piece: string[] = []
  for await (const { count, keys } of listed) {
    const end = Math.min(count, toSkip + toTake)
    for (let start = toSkip; start < end; start += PIECE_ROWS_MAX) {
      // A full piece goes out once it is known that another follows.
      if (piece.length >= PIECE_ROWS_MAX) {
        yield { ...listFrame('', [textColumn('key', piece)]), isPartial: true }
        piece = []
        await letOthersRun(context.signal)
      }
      for (const key of keys(start, Math.min(end, start + PIECE_ROWS_MAX))) piece.push(key)
    }
    toTake -= Math.max(0, end - toSkip)
    toSkip = Math.max(0, toSkip - count)
    if (toTake === 0) break
  }
  if (piece.length > 0) yield listFrame('', [textColumn('key', piece)])
}

/** The keys of one measurement, decoded on demand. */
interface KeyList {
  readonly count: number
  keys(start: number, end: number): string[]
}

function* keysInIndex(statement: ShowSeries, context: ShowContext): Iterable<KeyList> {
  const shown = shownMeasurements(statement, context)
  const { condition } = splitTime(statement.condition, { nowNs: context.nowNs, localToUtc: null })
  checkOperators(condition)
  const { catalog } = context
  for (const { database, measurement } of shown) {
    const isField = fieldsInDatabase(catalog, database, measurement)
    const series = catalog.seriesIndex(database.name).seriesMatching(measurement, condition, isField)
    const table = catalog.seriesTable(database.name)
    yield { count: series.length, keys: (start, end) => keyTexts(table, series.subarray(start, end)) }
  }
}

async function* keysInTime(statement: ShowSeries, context: ShowContext): AsyncIterable<KeyList> {
  const { catalog, signal } = context
  const { condition, bounds } = splitTime(statement.condition, { nowNs: context.nowNs, localToUtc: null })
  for (const [measurement, group] of tablesByMeasurement(shownTables(statement, context))) {
    const keys = new Set<string>()
    for (const table of group) {
      const selections = catalog.seriesIndex(table.database).select(measurement, condition, fieldsOf(catalog, table))
      for (const { series, residual } of selections) {
        if (residual !== null) continue
        const present = await seriesInTime(catalog, [table], series, bounds, signal)
        for (const key of keyTexts(catalog.seriesTable(table.database), present)) keys.add(key)
      }
    }
    const sorted = [...keys].sort(compareBytewise)
    yield { count: sorted.length, keys: (start, end) => sorted.slice(start, end) }
  }
}

function keyTexts(table: { keyOf(ordinal: number): Uint8Array }, series: Uint32Array): string[] {
  const decoder = new TextDecoder()
  return Array.from(series, (ordinal) => decoder.decode(table.keyOf(ordinal)))
}

const SERIES_OPERATORS: ReadonlySet<string> = new Set(['=', '!=', '=~', '!~', 'AND', 'OR'])

function checkOperators(condition: Expr | null): void {
  if (condition === null) return
  walkExpr(condition, (node) => {
    if (node.kind === 'binary' && !SERIES_OPERATORS.has(node.op)) {
      throw new HyperbyteError('invalid', 'invalid tag comparison operator')
    }
  })
}
