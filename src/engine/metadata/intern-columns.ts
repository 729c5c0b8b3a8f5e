/** Columns with tags by name → a batch with series ordinals. Series that may not be stored take their rows with them. */

import { isValid, validityWordCount } from '../domain/column.js'
import { HyperbyteError } from '../domain/errors.js'
import { type ParsedPoints, withoutFaults } from '../domain/parsed-points.js'
import type { FieldColumn, MeasurementBatch } from '../domain/point-batch.js'
import type { PointColumns, TagSet } from '../domain/point-columns.js'
import { PointDrops } from '../domain/point-drops.js'
import { selectRows } from '../domain/select-rows.js'
import type { MemorySeriesTable } from './memory-series-table.js'
import { encodeSeriesKey, SERIES_KEY_BYTES_MAX } from './series-key.js'

const REFUSED = 0xffffffff

/** Throws `invalid` for columns that break the contract of `PointColumns`. */
export function internColumns(table: MemorySeriesTable, parts: readonly PointColumns[]): ParsedPoints {
  const drops = new PointDrops()
  const measurements: MeasurementBatch[] = []
  let rowCount = 0
  for (const part of parts) {
    for (const field of part.fields) checkField(part, field)
    const batch = internPart(table, part, drops)
    if (batch.rowCount === 0) continue
    measurements.push(batch)
    rowCount += batch.rowCount
  }
  return withoutFaults({ measurements, rowCount }, drops)
}

function internPart(table: MemorySeriesTable, part: PointColumns, drops: PointDrops): MeasurementBatch {
  const { measurement, rowCount, timestamps } = part
  // A column without any value must not become a field.
  const fields = part.fields.filter(({ validity }) => validity === null || hasBit(validity, rowCount))
  const refusals = new Map<number, string>()
  const ordinals = Uint32Array.from(part.series, (tags, index) => {
    const outcome = admit(table, measurement, tags)
    if (typeof outcome === 'number') return outcome
    refusals.set(index, outcome)
    return REFUSED
  })
  const series = new Uint32Array(rowCount)
  if (part.seriesOfRow === null) series.fill(ordinals[0])
  else for (let row = 0; row < rowCount; row++) series[row] = ordinals[part.seriesOfRow[row]]
  const batch: MeasurementBatch = { measurement, rowCount, series, timestamps, fields }
  const isWhole = refusals.size === 0 && fields.some(({ validity }) => validity === null)
  if (isWhole) return batch
  for (let row = 0; row < rowCount; row++) {
    if (series[row] === REFUSED) drops.add('key', refusals.get(part.seriesOfRow?.[row] ?? 0) ?? '')
  }
  return selectRows(batch, rowsToKeep(batch))
}

/** The ordinal, or why there is none. */
function admit(table: MemorySeriesTable, measurement: string, tags: TagSet): number | string {
  if (tags.some(([key]) => key === 'time')) {
    return `invalid tag key: input tag "time" on measurement "${measurement}" is invalid`
  }
  try {
    const key = encodeSeriesKey(measurement, tags)
    if (key.length > SERIES_KEY_BYTES_MAX) return `max key length exceeded: ${key.length} > ${SERIES_KEY_BYTES_MAX}`
    const ordinal = table.admitKey(key)
    return ordinal < 0 ? table.limitReason() : ordinal
  } catch (error) {
    if (error instanceof HyperbyteError && error.code === 'invalid') return error.message
    throw error
  }
}

function hasBit(words: Uint32Array, count: number): boolean {
  for (let word = 0; word < count >>> 5; word++) if (words[word] !== 0) return true
  for (let row = count & ~31; row < count; row++) if (isValid(words, row)) return true
  return false
}

function rowsToKeep({ series, rowCount, fields }: MeasurementBatch): Uint32Array {
  const hasValue = new Uint32Array(validityWordCount(rowCount))
  for (const { validity } of fields) {
    if (validity === null) hasValue.fill(0xffffffff)
    else for (let word = 0; word < hasValue.length; word++) hasValue[word] |= validity[word]
  }
  const rows = new Uint32Array(rowCount)
  let count = 0
  for (let row = 0; row < rowCount; row++) {
    if (series[row] !== REFUSED && isValid(hasValue, row)) rows[count++] = row
  }
  return rows.subarray(0, count)
}

function checkField({ measurement, rowCount }: PointColumns, field: FieldColumn): void {
  if (field.name === 'time' || field.name === '') {
    throw new HyperbyteError(
      'invalid',
      `invalid field name: input field ${JSON.stringify(field.name)} on measurement "${measurement}" is invalid`,
    )
  }
  if (field.type !== 'float') return
  const { values, validity } = field
  for (let row = 0; row < rowCount; row++) {
    if (!Number.isFinite(values[row]) && isValid(validity, row)) {
      throw new HyperbyteError('invalid', `field "${field.name}" of "${measurement}" has a value that is not finite`)
    }
  }
}
