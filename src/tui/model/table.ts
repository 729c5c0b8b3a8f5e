/**
 * Tables as data: what a view shows, what is sorted, filtered and selected. A cell has a text for people and a value for
 * comparisons; a row keeps its id when it moves, so that a selection stays with it.
 */

import type { Align, Tone } from '../text/line.js'
import { clean } from '../text/line.js'
import { UNKNOWN } from '../text/units.js'

export interface Column {
  readonly id: string
  readonly title: string
  readonly align: Align
  readonly width: number
  /** Takes what is left; at most one column. */
  readonly isFlexible: boolean
  /** The highest ones leave first when the terminal is too narrow; 0 stays. */
  readonly dropRank: number
}

export type CellValue = number | string | null

export interface Cell {
  readonly text: string
  readonly value: CellValue
  readonly tone: Tone
}

export interface Row {
  readonly id: string
  readonly cells: Readonly<Record<string, Cell>>
}

export interface Table {
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
  /** Shown in place of rows when there are none. */
  readonly emptyText: string
  /** A page of text: no header, no marked row; the selection scrolls. */
  readonly isText: boolean
}

export interface Sort {
  readonly column: string
  readonly isDescending: boolean
}

export function textColumn(id: string, title: string, width: number, dropRank = 0): Column {
  return { id, title, align: 'left', width, isFlexible: false, dropRank }
}

export function flexibleColumn(id: string, title: string, widthMin: number, dropRank = 0): Column {
  return { id, title, align: 'left', width: widthMin, isFlexible: true, dropRank }
}

export function numberColumn(id: string, title: string, width: number, dropRank = 0): Column {
  return { id, title, align: 'right', width, isFlexible: false, dropRank }
}

export function textCell(text: string, tone: Tone = 'plain'): Cell {
  const shown = clean(text)
  return { text: shown === '' ? UNKNOWN : shown, value: text, tone: shown === '' ? 'dim' : tone }
}

export function numberCell<T extends number | null>(
  value: T,
  format: (value: T) => string,
  tone: Tone = 'plain',
): Cell {
  return { text: format(value), value, tone: value === null ? 'dim' : tone }
}

/** For times: shown in short, compared in full. */
export function shownCell(text: string, value: CellValue, tone: Tone = 'plain'): Cell {
  return { text, value, tone: text === UNKNOWN ? 'dim' : tone }
}

export function textTable(lines: readonly string[], emptyText = ''): Table {
  return {
    columns: [flexibleColumn('text', '', 10)],
    rows: lines.map((line, i) => ({
      id: String(i),
      cells: { text: { text: clean(line), value: line, tone: 'plain' } },
    })),
    emptyText,
    isText: true,
  }
}

/** Unknown values come last, whatever the direction. Equal rows keep their order. */
export function sortRows(rows: readonly Row[], sort: Sort | null): readonly Row[] {
  if (sort === null) return rows
  const { column, isDescending } = sort
  return [...rows].sort((a, b) => {
    const left = a.cells[column]?.value ?? null
    const right = b.cells[column]?.value ?? null
    if (left === null || right === null) return Number(left === null) - Number(right === null)
    return isDescending ? compareValues(right, left) : compareValues(left, right)
  })
}

function compareValues(a: number | string, b: number | string): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  const left = String(a)
  const right = String(b)
  if (left === right) return 0
  return left < right ? -1 : 1
}
