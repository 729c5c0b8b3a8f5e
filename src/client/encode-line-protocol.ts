/**
 * Columns → line protocol with nanosecond timestamps, each value in the form that reads back as the very same: integers
 * with `i`, unsigned with `u`, floats in the shortest digits that name them, minus zero with its sign.
 *
 * A name or tag value that ends with a backslash or holds a newline has no spelling in line protocol; such series and
 * fields are left out and counted.
 */

import { type FieldColumn, isValid, type PointColumns, type TagSet } from '../engine/index.js'

export interface EncodedLines {
  /** One line each, without newlines. */
  readonly lines: readonly string[]
  /** Rows that cannot be spelled, whole or in part. */
  readonly unspelledCount: number
}

export function encodeLines(points: PointColumns): EncodedLines {
  const prefixes = points.series.map((tags) => spellSeries(points.measurement, tags))
  const columns = points.fields.map(spellColumn)
  const { rowCount, seriesOfRow, timestamps } = points
  const lines: string[] = []
  let unspelledCount = 0
  for (let row = 0; row < rowCount; row++) {
    const prefix = prefixes[seriesOfRow === null ? 0 : seriesOfRow[row]]
    let fields = ''
    let isWhole = prefix !== null
    for (const { key, field, print } of columns) {
      if (!isValid(field.validity, row)) continue
      if (key === null) isWhole = false
      else fields += (fields === '' ? '' : ',') + key + print(row)
    }
    if (!isWhole) unspelledCount++
    if (prefix !== null && fields !== '') lines.push(`${prefix} ${fields} ${timestamps[row]}`)
  }
  return { lines, unspelledCount }
}

interface SpelledColumn {
  /** `name=`, or null when the name cannot be spelled. */
  readonly key: string | null
  readonly field: FieldColumn
  readonly print: (row: number) => string
}

function spellColumn(field: FieldColumn): SpelledColumn {
  const key = isSpellable(field.name) ? `${escapeKey(field.name)}=` : null
  return { key, field, print: printerOf(field) }
}

function printerOf(field: FieldColumn): (row: number) => string {
  switch (field.type) {
    case 'float': {
      const { values } = field
      return (row) => printFloat(values[row])
    }
    case 'integer': {
      const { values } = field
      return (row) => `${values[row]}i`
    }
    case 'unsigned': {
      const { values } = field
      return (row) => `${values[row]}u`
    }
    case 'boolean': {
      const { values } = field
      return (row) => (values[row] === 0 ? 'false' : 'true')
    }
    case 'string': {
      const { values } = field
      return (row) => `"${escapeString(values[row])}"`
    }
  }
}

function printFloat(value: number): string {
  return value === 0 && Object.is(value, -0) ? '-0' : String(value)
}

/** `cpu,host=a`; null when it has no spelling. */
export function spellSeries(measurement: string, tags: TagSet): string | null {
  if (!isSpellable(measurement)) return null
  // A line that begins with a hash is a comment; no escape changes that.
  if (measurement.startsWith('#')) return null
  let text = measurement.replace(/[, ]/g, '\\$&')
  for (const [key, value] of tags) {
    if (value === '') continue
    if (!isSpellable(key) || !isSpellable(value)) return null
    text += `,${escapeKey(key)}=${escapeKey(value)}`
  }
  return text
}

/** Backslashes stand for themselves unless what follows is escaped. */
function isSpellable(name: string): boolean {
  return name !== '' && !name.endsWith('\\') && !name.includes('\n')
}

function escapeKey(name: string): string {
  return /[,= ]/.test(name) ? name.replace(/[,= ]/g, '\\$&') : name
}

function escapeString(text: string): string {
  return /["\\]/.test(text) ? text.replace(/["\\]/g, '\\$&') : text
}
