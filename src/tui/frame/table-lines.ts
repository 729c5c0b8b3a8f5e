/** A table as lines: which columns fit, which rows are in sight, where each one is, for clicks. */

import type { Column, Row } from '../model/table.js'
import { fitText, inverse, type Line, lineOf, type Span, span } from '../text/line.js'
import type { ShownTable } from '../views/views.js'

export interface PlacedColumn {
  readonly column: Column
  readonly from: number
  readonly width: number
}

/** The columns that fit, in order; the ones with the highest rank leave first. One space before each, for marks. */
export function placeColumns(columns: readonly Column[], width: number): PlacedColumn[] {
  let kept = columns
  const widthOfAll = () => kept.reduce((sum, column) => sum + column.width + 1, 0)
  for (;;) {
    const rank = kept.reduce((highest, { dropRank }) => Math.max(highest, dropRank), 0)
    if (rank === 0 || widthOfAll() <= width) break
    kept = kept.filter(({ dropRank }) => dropRank !== rank)
  }
  const spare = Math.max(0, width - widthOfAll())
  const placed: PlacedColumn[] = []
  let from = 1
  for (const column of kept) {
    const columnWidth = column.width + (column.isFlexible ? spare : 0)
    placed.push({ column, from, width: columnWidth })
    from += columnWidth + 1
  }
  return placed
}

export interface TableWindow {
  readonly lines: readonly Line[]
  /** Index of the first row in sight. */
  readonly firstRow: number
  readonly rowCount: number
  readonly headerCount: number
  readonly columns: readonly PlacedColumn[]
}

/** At most `height` lines. */
export function tableLines(shown: ShownTable, width: number, height: number): TableWindow {
  const { table, rows, selectedIndex } = shown
  const columns = placeColumns(table.columns, width)
  const header = table.isText ? [] : [headerLine(shown, columns)]
  if (rows.length === 0) {
    const isFiltered = shown.rowCount > 0
    const text = isFiltered ? `none of ${shown.rowCount} rows matches the filter` : table.emptyText
    const lines = [...header, lineOf(' ', span(text, 'dim'))].slice(0, height)
    return { lines, firstRow: 0, rowCount: 0, headerCount: header.length, columns }
  }
  const inSight = Math.max(0, height - header.length)
  const firstRow = firstInSight(selectedIndex, rows.length, inSight, table.isText)
  const shownRows = rows.slice(firstRow, firstRow + inSight)
  const lines = shownRows.map((row, i) => {
    const isSelected = !table.isText && firstRow + i === selectedIndex
    const line = rowLine(row, columns, isSelected)
    return isSelected ? inverse(line) : line
  })
  return {
    lines: [...header, ...lines].slice(0, height),
    firstRow,
    rowCount: shownRows.length,
    headerCount: header.length,
    columns,
  }
}

/** Tables keep the selected row in the middle, texts begin with it. */
function firstInSight(selected: number, rowCount: number, inSight: number, isText: boolean): number {
  const wanted = isText ? selected : selected - Math.floor(inSight / 2)
  return Math.max(0, Math.min(wanted, rowCount - inSight))
}

function headerLine({ look }: ShownTable, columns: readonly PlacedColumn[]): Line {
  const parts: Span[] = []
  for (const { column, width } of columns) {
    const isSorted = look.sort?.column === column.id
    const sign = isSorted ? (look.sort?.isDescending ? '▾' : '▴') : ' '
    parts.push(span(sign, 'accent'), span(fitText(column.title, width, column.align), isSorted ? 'accent' : 'dim'))
  }
  return parts
}

function rowLine({ cells }: Row, columns: readonly PlacedColumn[], isSelected: boolean): Line {
  const parts: Span[] = []
  columns.forEach(({ column, width }, i) => {
    const cell = cells[column.id]
    parts.push(
      span(isSelected && i === 0 ? '▸' : ' '),
      span(fitText(cell?.text ?? '', width, column.align), cell?.tone),
    )
  })
  return parts
}
