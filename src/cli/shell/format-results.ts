/**
 * Results of a query as the `influx` shell prints them. A printer is told of the results one after the other, as they
 * arrive, and remembers the heading it printed last: results that go on with the same columns get no second one.
 */

import type { AnswerResult, AnswerSeries, AnswerValue } from '../../client/query-answer.js'
import { FORMAT_SERIES } from '../format-answer.js'
import { alignCells } from './align-cells.js'
import { printGoJson } from './print-go-json.js'

export type ShellFormat = 'column' | 'csv' | 'json' | 'vertical'

export interface ResultPrinter {
  /** Text for one result. */
  add(result: AnswerResult): string
  /** Text after the last one. */
  end(): string
}

export function openPrinter(format: ShellFormat, { isPretty }: { readonly isPretty: boolean }): ResultPrinter {
  switch (format) {
    case 'column':
      return new ColumnPrinter()
    case 'csv':
      return new HeadedPrinter(csvLines, { isGapped: false })
    case 'vertical':
      return new VerticalPrinter()
    case 'json':
      return new JsonPrinter(isPretty)
  }
}

/** Printed when this many wait, so that an endless answer does not fill the memory; columns are aligned anew after it. */
const HELD_LINE_COUNT_MAX = 200_000

/** Columns are as wide as the widest cell of the whole answer, so nothing is printed before its end. */
class ColumnPrinter implements ResultPrinter {
  readonly #headed = new HeadedPrinter(columnLines, { isGapped: true })
  #held: string[] = []

  add(result: AnswerResult): string {
    for (const line of this.#headed.linesOf(result)) this.#held.push(line)
    const notes = notesOf(result)
    return this.#held.length < HELD_LINE_COUNT_MAX ? notes : notes + this.end()
  }

  end(): string {
    const text = alignCells(this.#held.map((line) => `${line}\n`).join(''))
    this.#held = []
    return text
  }
}

type ToLines = (series: AnswerSeries, isHeaded: boolean) => string[]

/** Column and CSV differ in their lines only. `isGapped`: an empty line goes before a heading. */
class HeadedPrinter implements ResultPrinter {
  readonly #toLines: ToLines
  readonly #isGapped: boolean
  #resultCount = 0
  #heading: string | null = null

  constructor(toLines: ToLines, { isGapped }: { readonly isGapped: boolean }) {
    this.#toLines = toLines
    this.#isGapped = isGapped
  }

  add(result: AnswerResult): string {
    return notesOf(result) + this.linesOf(result).map(toCsvLine).join('')
  }

  end(): string {
    return ''
  }

  linesOf({ series = [] }: AnswerResult): string[] {
    const heading = series.length === 0 ? null : headingOf(series[0])
    const isHeaded = heading === null || heading !== this.#heading
    if (heading !== null) this.#heading = heading
    const lines = series.flatMap((each, index) => [
      ...(this.#isGapped && isHeaded && index > 0 ? [''] : []),
      ...this.#toLines(each, isHeaded),
    ])
    if (this.#isGapped && isHeaded && this.#resultCount > 0) lines.unshift('')
    this.#resultCount++
    return lines
  }
}

function notesOf({ messages = [] }: AnswerResult): string {
  return messages.map(({ level, text }) => `${level}: ${text}.\n`).join('')
}

function headingOf({ name = '', tags = {}, columns }: AnswerSeries): string {
  return JSON.stringify([name, Object.entries(tags).sort(), columns])
}

function columnLines(series: AnswerSeries, isHeaded: boolean): string[] {
  const rows = (series.values ?? []).map((row) => row.map(printValue).join('\t'))
  if (!isHeaded) return rows
  const { name = '', columns } = series
  const tags = tagTexts(series)
  return [
    ...(name === '' ? [] : [`name: ${name}`]),
    ...(tags.length === 0 ? [] : [`tags: ${tags.join(', ')}`]),
    columns.join('\t'),
    columns.map((column) => '-'.repeat(Buffer.byteLength(column))).join('\t'),
    ...rows,
  ]
}

function csvLines(series: AnswerSeries, isHeaded: boolean): string[] {
  const { name = '', columns, values = [] } = series
  const tags = tagTexts(series)
  const head = [...(name === '' ? [] : [name]), ...(tags.length === 0 ? [] : [tags.join(',')])]
  const headNames = [...(name === '' ? [] : ['name']), ...(tags.length === 0 ? [] : ['tags'])]
  const rows = values.map((row) => [...head, ...row.map(printValue)].join('\t'))
  return isHeaded ? [[...headNames, ...columns].join('\t'), ...rows] : rows
}

/** Cells are told apart by tabs until here, so a tab inside a value parts it as well; the `influx` shell does the same. */
function toCsvLine(line: string): string {
  return `${line.split('\t').map(quoteCsv).join(',')}\n`
}

function quoteCsv(text: string): string {
  return /[",\n\r]|^\s/.test(text) || text === '\\.' ? `"${text.replaceAll('"', '""')}"` : text
}

function tagTexts({ tags = {} }: AnswerSeries): string[] {
  return Object.entries(tags)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
}

function printValue(value: AnswerValue): string {
  if (value === null) return ''
  return Object.is(value, -0) ? '-0' : String(value)
}

class VerticalPrinter implements ResultPrinter {
  #isFirst = true

  add(result: AnswerResult): string {
    let text = notesOf(result)
    for (const each of result.series ?? []) {
      const piece = { series: each, isContinued: false, previousColumns: null, statement: 0 }
      text += (this.#isFirst ? '' : '\n') + FORMAT_SERIES.vertical(piece)
      this.#isFirst = false
    }
    return text
  }

  end(): string {
    return ''
  }
}

/** The whole answer is one document. */
class JsonPrinter implements ResultPrinter {
  readonly #results: AnswerResult[] = []
  readonly #isPretty: boolean

  constructor(isPretty: boolean) {
    this.#isPretty = isPretty
  }

  add({ series, messages, error }: AnswerResult): string {
    this.#results.push({ series, messages, error } as AnswerResult)
    return ''
  }

  end(): string {
    return `${printGoJson({ results: this.#results }, this.#isPretty ? '    ' : '')}\n`
  }
}
