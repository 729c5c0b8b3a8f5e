/**
 * Rows of many series → the same rows series by series, those of one series in the order they came: the rows of a point
 * that is there twice keep their order, and each series makes one block of columns.
 */

import { type FieldColumn, isValid, type PointColumns, setValid, validityWordCount } from '../engine/index.js'

/** The very same object when the rows lie series by series already. */
export function groupBySeries(part: PointColumns): PointColumns {
  const { seriesOfRow, rowCount, series } = part
  if (seriesOfRow === null || isGrouped(seriesOfRow, rowCount, series.length)) return part
  const order = orderBySeries(seriesOfRow, rowCount, series.length)
  return {
    ...part,
    seriesOfRow: order.map((row) => seriesOfRow[row]),
    timestamps: new BigInt64Array(takeWords(part.timestamps, order)),
    fields: part.fields.map((field) => takeField(field, order)),
  }
}

function isGrouped(seriesOfRow: Uint32Array, rowCount: number, seriesCount: number): boolean {
  const isSeen = new Uint8Array(seriesCount)
  for (let row = 0; row < rowCount; row++) {
    const series = seriesOfRow[row]
    if (row > 0 && seriesOfRow[row - 1] === series) continue
    if (isSeen[series] === 1) return false
    isSeen[series] = 1
  }
  return true
}

/** A counting sort, which is stable. */
function orderBySeries(seriesOfRow: Uint32Array, rowCount: number, seriesCount: number): Uint32Array {
  const next = new Uint32Array(seriesCount + 1)
  for (let row = 0; row < rowCount; row++) next[seriesOfRow[row] + 1]++
  for (let series = 0; series < seriesCount; series++) next[series + 1] += next[series]
  const order = new Uint32Array(rowCount)
  for (let row = 0; row < rowCount; row++) order[next[seriesOfRow[row]]++] = row
  return order
}

function takeField(field: FieldColumn, order: Uint32Array): FieldColumn {
  const validity = takeBits(field.validity, order)
  switch (field.type) {
    case 'float':
      return { ...field, validity, values: new Float64Array(takeWords(field.values, order)) }
    case 'integer':
      return { ...field, validity, values: new BigInt64Array(takeWords(field.values, order)) }
    case 'unsigned':
      return { ...field, validity, values: new BigUint64Array(takeWords(field.values, order)) }
    case 'boolean': {
      const { values } = field
      return { ...field, validity, values: Uint8Array.from(order, (row) => values[row]) }
    }
    case 'string': {
      const { values } = field
      return { ...field, validity, values: Array.from(order, (row) => values[row]) }
    }
  }
}

/** Eight bytes each, as two halves: a bigint per value would cost ten times as much. */
function takeWords(values: Float64Array | BigInt64Array | BigUint64Array, order: Uint32Array): ArrayBuffer {
  const source = new Int32Array(values.buffer, values.byteOffset, 2 * values.length)
  const target = new Int32Array(2 * order.length)
  for (let i = 0; i < order.length; i++) {
    const row = order[i]
    target[2 * i] = source[2 * row]
    target[2 * i + 1] = source[2 * row + 1]
  }
  return target.buffer
}

function takeBits(validity: Uint32Array | null, order: Uint32Array): Uint32Array | null {
  if (validity === null) return null
  const taken = new Uint32Array(validityWordCount(order.length))
  for (let i = 0; i < order.length; i++) if (isValid(validity, order[i])) setValid(taken, i)
  return taken
}
