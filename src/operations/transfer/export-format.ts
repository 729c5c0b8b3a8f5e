/**
 * Rows of one measurement as text for a file: line protocol, CSV or JSON lines. Pure; one object per file, because a CSV
 * has one heading and a dump of lines says where they belong.
 */

import { encodeLines } from '../../client/encode-line-protocol.js'
import { isValid, type PointColumns } from '../../engine/index.js'

export const EXPORT_FORMATS = ['line', 'csv', 'jsonl', 'parquet'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]
export type TextFormat = Exclude<ExportFormat, 'parquet'>

export interface ExportTable {
  readonly database: string
  readonly retentionPolicy: string
  readonly measurement: string
  readonly tagKeys: readonly string[]
  readonly fields: readonly string[]
  /** Rows of several measurements may come together. */
  readonly isMeasurementNamed: boolean
}

export interface FormattedRows {
  readonly text: string
  /** Rows that the format cannot hold. */
  readonly lostCount: number
}

export interface RowFormatter {
  readonly heading: string
  format(points: PointColumns): FormattedRows
}

export const FORMATTERS = {
  line: lineFormatter,
  csv: csvFormatter,
  jsonl: jsonFormatter,
} as const satisfies Record<TextFormat, (table: ExportTable) => RowFormatter>

/** A directive is a line, and the blanks at its ends are none of it. */
const NO_DIRECTIVE = /[\r\n]|^\s|\s$/

/**
 * With the directives of `influx -import`, which are comments to everyone else. Where they cannot tell a name there are
 * none: better no place than another one.
 */
function lineFormatter({ database, retentionPolicy }: ExportTable): RowFormatter {
  const isTold = !NO_DIRECTIVE.test(database) && !NO_DIRECTIVE.test(retentionPolicy)
  return {
    heading: isTold ? `# DML\n# CONTEXT-DATABASE: ${database}\n# CONTEXT-RETENTION-POLICY: ${retentionPolicy}\n` : '',
    format: (points) => {
      const { lines, unspelledCount } = encodeLines(points)
      return { text: lines.length === 0 ? '' : lines.join('\n') + '\n', lostCount: unspelledCount }
    },
  }
}

/** A tag that is also a field is `name_tag`, and if something is called that already, `name_tag_tag`. */
export function tagColumnNames(tagKeys: readonly string[], fields: readonly string[]): Map<string, string> {
  const taken = new Set(['time', ...fields])
  const names = new Map(tagKeys.filter((key) => !taken.has(key)).map((key) => [key, key]))
  for (const key of names.keys()) taken.add(key)
  for (const key of tagKeys) {
    if (names.has(key)) continue
    let name = `${key}_tag`
    while (taken.has(name)) name += '_tag'
    taken.add(name)
    names.set(key, name)
  }
  return names
}

/** `time` in nanoseconds since 1970, tags, fields, the tags as `tagColumnNames` calls them. No value is an empty cell, an empty text `""`. */
function csvFormatter({ tagKeys, fields }: ExportTable): RowFormatter {
  const names = tagColumnNames(tagKeys, fields)
  const columns = ['time', ...tagKeys.map((key) => names.get(key)!), ...fields]
  return {
    heading: columns.map(quoteCell).join(',') + '\n',
    format: (points) => ({ text: csvRows(points, tagKeys, fields), lostCount: 0 }),
  }
}

function csvRows(points: PointColumns, tagKeys: readonly string[], fields: readonly string[]): string {
  const prefixes = points.series.map((tags) => {
    const values = new Map(tags)
    return tagKeys.map((key) => ',' + quoteCell(values.get(key) ?? '')).join('')
  })
  const columns = fields.map((name) => points.fields.find((field) => field.name === name))
  let text = ''
  for (let row = 0; row < points.rowCount; row++) {
    text += points.timestamps[row] + prefixes[points.seriesOfRow?.[row] ?? 0]
    for (const column of columns) {
      text += ','
      if (column !== undefined && isValid(column.validity, row)) text += printCell(column.type, column.values[row])
    }
    text += '\n'
  }
  return text
}

function printCell(type: string, value: number | bigint | string): string {
  if (type === 'string') return value === '' ? '""' : quoteCell(String(value))
  if (type === 'boolean') return value === 0 ? 'false' : 'true'
  return Object.is(value, -0) ? '-0' : String(value)
}

function quoteCell(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** `{"time":…,"host":"a","v":1}`; integers are written whole, whatever their size. On stdout the measurement comes first. */
function jsonFormatter({ measurement, tagKeys, fields, isMeasurementNamed }: ExportTable): RowFormatter {
  const names = new Map([...tagColumnNames(tagKeys, fields)].map(([key, name]) => [key, JSON.stringify(name)]))
  const head = isMeasurementNamed ? `{"measurement":${JSON.stringify(measurement)},"time":` : '{"time":'
  return { heading: '', format: (points) => ({ text: jsonRows(points, head, names), lostCount: 0 }) }
}

function jsonRows(points: PointColumns, head: string, names: ReadonlyMap<string, string>): string {
  const tagTexts = points.series.map((tags) =>
    tags.map(([key, value]) => `,${names.get(key) ?? JSON.stringify(key)}:${JSON.stringify(value)}`).join(''),
  )
  let text = ''
  for (let row = 0; row < points.rowCount; row++) {
    const fields = points.fields
      .filter(({ validity }) => isValid(validity, row))
      .map(({ name, type, values }) => `,${JSON.stringify(name)}:${printJson(type, values[row])}`)
    text += `${head}${points.timestamps[row]}${tagTexts[points.seriesOfRow?.[row] ?? 0]}${fields.join('')}}\n`
  }
  return text
}

function printJson(type: string, value: number | bigint | string): string {
  if (type === 'string') return JSON.stringify(value)
  if (type === 'boolean') return value === 0 ? 'false' : 'true'
  return Object.is(value, -0) ? '-0' : String(value)
}
