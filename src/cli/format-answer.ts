/**
 * Series of a query's answer as text, one format per entry. A long series comes in pieces; `isContinued` says that the
 * piece before this one belonged to the same series, so its heading is not repeated. Pure text out.
 */

import type { AnswerSeries, AnswerValue } from '../client/query-answer.js'
import { renderTable } from './render-table.js'

export interface SeriesPiece {
  readonly series: AnswerSeries
  readonly isContinued: boolean
  /** The columns of the series before this one, joined; CSV repeats its header only when they change. */
  readonly previousColumns: string | null
  /** Which of the statements this answers, counted from 0. */
  readonly statement: number
}

export type AnswerFormat = 'table' | 'vertical' | 'csv' | 'jsonl'

export const FORMAT_SERIES = {
  table: formatTable,
  vertical: formatVertical,
  csv: formatCsv,
  jsonl: formatJsonLines,
} satisfies Record<AnswerFormat, (piece: SeriesPiece) => string>

function formatTable({ series, isContinued }: SeriesPiece): string {
  const { values = [] } = series
  const columns = series.columns.map(
    (name, index) => ({ name, align: isNumeric(values, index) ? 'right' : 'left' }) as const,
  )
  const rows = values.map((row) => row.map((value) => formatCell(value)))
  return (isContinued ? '' : formatHeading(series)) + renderTable(columns, rows, { isHeaderShown: !isContinued })
}

function formatVertical({ series, isContinued }: SeriesPiece): string {
  const width = Math.max(...series.columns.map((column) => column.length))
  const rows = (series.values ?? []).map((row) =>
    row.map((value, index) => `${series.columns[index].padStart(width)}  ${formatCell(value)}`).join('\n'),
  )
  return (isContinued ? '' : formatHeading(series)) + rows.join('\n\n') + '\n'
}

function formatCsv({ series, isContinued, previousColumns }: SeriesPiece): string {
  const lines: string[] = []
  if (!isContinued && series.columns.join() !== previousColumns) {
    lines.push(['name', 'tags', ...series.columns].map(quoteCsv).join(','))
  }
  const head = [quoteCsv(series.name ?? ''), quoteCsv(formatTags(series))]
  for (const row of series.values ?? []) lines.push([...head, ...row.map(csvCell)].join(','))
  return lines.map((line) => line + '\n').join('')
}

/** No value is an empty cell, an empty text `""`. */
function csvCell(value: AnswerValue): string {
  if (value === null) return ''
  return value === '' ? '""' : quoteCsv(printValue(value))
}

function printValue(value: AnswerValue): string {
  return Object.is(value, -0) ? '-0' : String(value)
}

/**
 * `{"statement":0,"measurement":"cpu","tags":{"host":"a"},"time":"…","columns":{"v":1}}`, one line a row. A key that the
 * answer has nothing for is left out. Integers have all their digits, whatever their size.
 */
function formatJsonLines({ series, statement }: SeriesPiece): string {
  const { name, tags, columns, values = [] } = series
  const head =
    `{"statement":${statement}` +
    (name === undefined ? '' : `,"measurement":${JSON.stringify(name)}`) +
    (tags === undefined ? '' : `,"tags":${JSON.stringify(tags)}`)
  const hasTime = columns[0] === 'time'
  const firstIndex = hasTime ? 1 : 0
  const keys = columns.map((column) => `${JSON.stringify(column)}:`)
  let text = ''
  for (const row of values) {
    text += head + (hasTime ? `,"time":${printJsonValue(row[0])}` : '') + ',"columns":{'
    for (let i = firstIndex; i < row.length; i++) {
      text += (i === firstIndex ? '' : ',') + keys[i] + printJsonValue(row[i])
    }
    text += '}}\n'
  }
  return text
}

function printJsonValue(value: AnswerValue): string {
  if (typeof value === 'bigint') return String(value)
  return Object.is(value, -0) ? '-0' : JSON.stringify(value)
}

function formatHeading(series: AnswerSeries): string {
  const name = series.name === undefined ? '' : `name: ${series.name}\n`
  return series.tags === undefined ? name : `${name}tags: ${formatTags(series)}\n`
}

function formatTags({ tags = {} }: AnswerSeries): string {
  return Object.entries(tags)
    .map(([key, value]) => `${key}=${value}`)
    .join(',')
}

/** A column of numbers, nulls aside. */
function isNumeric(values: NonNullable<AnswerSeries['values']>, index: number): boolean {
  const present = values.filter((row) => row[index] !== null)
  return present.length > 0 && present.every((row) => typeof row[index] === 'number' || typeof row[index] === 'bigint')
}

function formatCell(value: AnswerValue): string {
  return value === null ? '' : maskControls(printValue(value))
}

/** What goes to a terminal, masked there; files and pipes get every character. */
export function maskFor(stream: { readonly isTTY?: boolean }, text: string): string {
  return stream.isTTY === true ? maskControls(text) : text
}

/** A control character in a stored string must not steer the terminal. Tabs and newlines stay. */
export function maskControls(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd')
}

function quoteCsv(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
