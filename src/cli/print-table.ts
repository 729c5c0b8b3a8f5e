/**
 * Tables whose cells are text by now, with the same flags as other lists: of columns that have no room the last goes first,
 * long texts are cut, and columns sort by what their cells are worth.
 */

import { type ListColumn, type ListOptions, renderList, terminalWidth } from './list-table.js'
import { type TableColumn, textWidth } from './render-table.js'

type TextRow = readonly string[]

/** Of a text that had to be cut; less says nothing. */
const TEXT_WIDTH_MIN = 20
const GAP_WIDTH = 2

/** Without the last line end. */
export function printTable(
  columns: readonly TableColumn[],
  rows: readonly TextRow[],
  options: ListOptions,
  width: number | null = terminalWidth(),
): string {
  const isCut = width !== null && !options.wide && options.columns === undefined
  const listed = columns.map(({ name, align, isText }, index): ListColumn<TextRow> => {
    const textWidthMax = isCut && isText === true ? roomFor(index, columns, rows, width) : Number.POSITIVE_INFINITY
    return {
      name,
      align,
      rank: isText === true ? 0 : index,
      cell: (row) => cutText(row[index], textWidthMax),
      sortKey: sortKeyOf(rows, index),
    }
  })
  return renderList(listed, rows, options, width)
}

/** What the other columns leave. */
function roomFor(index: number, columns: readonly TableColumn[], rows: readonly TextRow[], width: number): number {
  let others = 0
  for (let i = 0; i < columns.length; i++) {
    if (i === index) continue
    others += GAP_WIDTH + rows.reduce((widest, row) => Math.max(widest, textWidth(row[i])), textWidth(columns[i].name))
  }
  return Math.max(TEXT_WIDTH_MIN, width - others)
}

function cutText(text: string, widthMax: number): string {
  if (textWidth(text) <= widthMax) return text
  const letters = [...text]
  while (textWidth(letters.join('')) >= widthMax) letters.pop()
  return `${letters.join('')}…`
}

/** Numbers where every cell that says something is one. */
function sortKeyOf(rows: readonly TextRow[], index: number): (row: TextRow) => number | string | null {
  const isNumeric = rows.every((row) => isEmpty(row[index]) || worthOf(row[index]) !== null)
  return (row) => {
    const cell = row[index]
    if (isEmpty(cell)) return null
    return isNumeric ? worthOf(cell) : cell
  }
}

function isEmpty(cell: string): boolean {
  return cell === '' || cell === '–'
}

const UNITS: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['%', 1],
  ['B', 1],
  ['KiB', 2 ** 10],
  ['MiB', 2 ** 20],
  ['GiB', 2 ** 30],
  ['TiB', 2 ** 40],
  ['PiB', 2 ** 50],
  ['k', 1e3],
  ['M', 1e6],
  ['G', 1e9],
  ['T', 1e12],
])

const SECONDS: ReadonlyMap<string, number> = new Map([
  ['ms', 0.001],
  ['s', 1],
  ['m', 60],
  ['h', 3600],
  ['d', 86_400],
  ['w', 604_800],
])

/** `12.4 GiB`, `650 k`, `1h04m0s`, `17` as numbers; null for anything else. */
function worthOf(cell: string): number | null {
  const [, number, unit] = /^(-?\d+(?:\.\d+)?) ?([a-z%]*)$/i.exec(cell) ?? []
  if (number !== undefined && UNITS.has(unit)) return Number(number) * UNITS.get(unit)!
  if (!/^(\d+(ms|[smhdw]))+$/.test(cell)) return null
  let seconds = 0
  for (const [, count, name] of cell.matchAll(/(\d+)(ms|[smhdw])/g)) seconds += Number(count) * SECONDS.get(name)!
  return seconds
}
