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
}

export type AnswerFormat = 'table' | 'vertical' | 'csv'

export const FORMAT_SERIES = {
  table: formatTable,
  vertical: formatVertical,
  csv: formatCsv,
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
  for (const row of series.values ?? [])
    lines.push([...head, ...row.map((value) => quoteCsv(formatCell(value)))].join(','))
  return lines.map((line) => line + '\n').join('')
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
  // A control character in a stored string must not steer the terminal.
  return value === null ? '' : String(value).replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '\ufffd')
}

function quoteCsv(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
