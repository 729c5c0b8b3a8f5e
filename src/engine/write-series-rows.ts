/**
 * What a query has computed goes the way of a write: rows of series become one batch of points, are checked, logged and
 * stored. Columns go into columns; no line protocol is spelled on the way.
 */

import { isValid } from './domain/column.js'
import { HyperbyteError } from './domain/errors.js'
import type { FieldType } from './domain/field-type.js'
import { type ParsedPoints, withoutFaults } from './domain/parsed-points.js'
import { type ColumnBuilder, type NewField, PointBatchBuilder } from './domain/point-batch-builder.js'
import { PointDrops } from './domain/point-drops.js'
import type { WriteOutcome } from './engine.js'
import type { MemorySeriesTable } from './metadata/memory-series-table.js'
import { encodeSeriesKey, SERIES_KEY_BYTES_MAX } from './metadata/series-key.js'
import type { SeriesRows, WriteTarget } from './query/catalog.js'
import type { ResultColumn } from './query/result.js'
import { storePoints, type WritePath } from './store-points.js'

/** Throws `database-not-found`, `retention-policy-not-found`, `unavailable`, `no-space`, and `invalid` for names that cannot be stored. */
export async function writeSeriesRows(
  path: WritePath,
  target: WriteTarget,
  rows: readonly SeriesRows[],
  nowNs: bigint,
): Promise<WriteOutcome> {
  const database = path.database(target.database)
  // InfluxDB does not quote the name here.
  if (database === undefined) {
    throw new HyperbyteError('database-not-found', `database not found: ${target.database}`)
  }
  const order = { retentionPolicy: target.retentionPolicy, nowNs }
  return await storePoints(path, database, order, ({ seriesTable }) => toPoints(seriesTable, rows))
}

function toPoints(table: MemorySeriesTable, rows: readonly SeriesRows[]): ParsedPoints {
  const builder = new PointBatchBuilder()
  const drops = new PointDrops()
  for (const part of rows) {
    const series = admit(table, part, drops)
    if (series >= 0) appendRows(builder, series, part)
  }
  return withoutFaults(builder.finish(), drops)
}

/** Ordinal of the series; -1 when its rows may not be stored, which are then counted. */
function admit(
  table: MemorySeriesTable,
  { measurement, tags, fields, rowCount }: SeriesRows,
  drops: PointDrops,
): number {
  if (fields.some(({ name }) => name === 'time')) {
    drops.add('field', `invalid field name: input field "time" on measurement "${measurement}" is invalid`)
    drops.addCount(rowCount - 1)
    return -1
  }
  const key = encodeSeriesKey(
    measurement,
    tags.filter(([, value]) => value !== ''),
  )
  if (key.length > SERIES_KEY_BYTES_MAX) {
    throw new HyperbyteError('invalid', `max key length exceeded: ${key.length} > ${SERIES_KEY_BYTES_MAX}`)
  }
  const series = table.admitKey(key)
  if (series < 0) {
    drops.add('series-limit', table.limitReason())
    drops.addCount(rowCount - 1)
  }
  return series
}

function appendRows(batch: PointBatchBuilder, series: number, part: SeriesRows): void {
  const { measurement, rowCount, timestamps, fields } = part
  const halves = new Int32Array(timestamps.buffer, timestamps.byteOffset, rowCount * 2)
  const wanted = fields.map(({ name, column }): NewField => ({ name, type: fieldTypeOf(column.type) }))
  for (let row = 0; row < rowCount; row++) {
    if (!isStorable(fields, row)) continue
    const builder = batch.builderFor(measurement, rowCount, wanted)
    if (builder === null) throw new HyperbyteError('limit-exceeded', 'too many fields in one result')
    for (let i = 0; i < fields.length; i++) {
      const { column } = fields[i]
      if (!isValid(column.validity, row)) continue
      const target = builder.column(wanted[i].name, wanted[i].type)
      setValue(target, builder.rowCount, column, row)
      target.markValid(builder.rowCount, builder.rowCapacity)
    }
    builder.commitRow(series, halves[2 * row], halves[2 * row + 1])
  }
}

function fieldTypeOf(type: ResultColumn['column']['type']): FieldType {
  return type === 'time' ? 'integer' : type
}

/** Some value, and no infinite one: a point with such a value is passed over, as InfluxDB does. */
function isStorable(fields: readonly ResultColumn[], row: number): boolean {
  let valueCount = 0
  for (const { column } of fields) {
    if (!isValid(column.validity, row)) continue
    if (column.type === 'float' && !Number.isFinite(column.values[row])) return false
    valueCount++
  }
  return valueCount > 0
}

function setValue(target: ColumnBuilder, targetRow: number, column: ResultColumn['column'], row: number): void {
  switch (column.type) {
    case 'float':
      target.floats[targetRow] = column.values[row]
      break
    case 'string':
      target.setString(targetRow, column.values[row])
      break
    case 'boolean':
      target.booleans[targetRow] = column.values[row]
      break
    default:
      target.setBigint(targetRow, column.values[row])
  }
}
