/** Columns → each row as two texts: which point it is, and its values. Two sides have the same row when both texts are alike. */

import { type FieldColumn, isValid, type PointColumns, type TagSet } from '../../engine/index.js'

export interface PrintedRow {
  /** Series and time: what makes two rows the same point. */
  readonly point: string
  /** Fields with their values, by name. */
  readonly fields: string
}

export function* printRows({ series, seriesOfRow, rowCount, timestamps, fields }: PointColumns): Generator<PrintedRow> {
  const seriesTexts = series.map(printSeries)
  const printers = [...fields].sort((a, b) => (a.name < b.name ? -1 : 1)).map(printerOf)
  for (let row = 0; row < rowCount; row++) {
    const values = printers.map((print) => print(row)).filter((text) => text !== null)
    const point = `${seriesTexts[seriesOfRow === null ? 0 : seriesOfRow[row]]} ${timestamps[row]}`
    yield { point, fields: values.join(',') }
  }
}

function printSeries(tags: TagSet): string {
  return tags
    .map(([key, value]) => `${JSON.stringify(key)}=${JSON.stringify(value)}`)
    .sort()
    .join(',')
}

function printerOf(field: FieldColumn): (row: number) => string | null {
  const name = JSON.stringify(field.name)
  const { validity } = field
  const print = valuePrinterOf(field)
  return (row) => (isValid(validity, row) ? `${name}=${print(row)}` : null)
}

function valuePrinterOf(field: FieldColumn): (row: number) => string {
  switch (field.type) {
    case 'string':
      return (row) => JSON.stringify(field.values[row])
    case 'boolean':
      return (row) => String(field.values[row] !== 0)
    case 'float':
      return (row) => (Object.is(field.values[row], -0) ? '-0' : String(field.values[row]))
    case 'integer':
      return (row) => String(field.values[row])
    case 'unsigned':
      return (row) => String(BigInt.asUintN(64, BigInt(field.values[row])))
  }
}
