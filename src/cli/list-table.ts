/**
 * Tables of things that commands list: which columns, in which order, sorted by what. Without flags a terminal that is
 * too narrow loses the least important columns; a pipe gets the usual ones, `--wide` all.
 */

import { Flags } from '@oclif/core'
import { suggestName } from '../daemon/config/suggest-name.js'
import { OperationError } from './operation-error.js'
import { renderTable } from './render-table.js'

export interface ListColumn<Row> {
  /** `TIME RANGE` is called `time-range` on the command line. */
  readonly name: string
  readonly align: 'left' | 'right'
  /** The highest goes first where there is no room; 0 stays. Columns without one are shown by `--wide` and by name. */
  readonly rank: number | null
  readonly cell: (row: Row) => string
  /** By default the cell; null sorts behind everything else. */
  readonly sortKey?: (row: Row) => number | bigint | string | null
}

export interface ListOptions {
  readonly columns?: string
  readonly sort?: string
  readonly 'no-header': boolean
  readonly wide: boolean
}

export const listFlags = {
  columns: Flags.string({
    helpGroup: 'OUTPUT',
    helpValue: 'NAME,…',
    summary: 'Show these columns, in this order.',
    exclusive: ['wide'],
  }),
  sort: Flags.string({
    helpGroup: 'OUTPUT',
    helpValue: 'NAME',
    summary: 'Sort by this column; -NAME turns the order round.',
  }),
  'no-header': Flags.boolean({ default: false, helpGroup: 'OUTPUT', summary: 'Leave out the names of the columns.' }),
  wide: Flags.boolean({ default: false, helpGroup: 'OUTPUT', summary: 'Show every column, however wide.' }),
}

/** For lists that come in an order of their own. */
export const listShapeFlags = {
  columns: listFlags.columns,
  'no-header': listFlags['no-header'],
  wide: listFlags.wide,
}

/** Of a command whose own `--sort` means something else. */
export function listShapeOf({ columns, 'no-header': isHeadless, wide }: ListOptions): ListOptions {
  return { columns, 'no-header': isHeadless, wide }
}

/** `width`: of the terminal; null = no limit. */
export function renderList<Row>(
  columns: readonly ListColumn<Row>[],
  rows: readonly Row[],
  options: ListOptions,
  width: number | null,
): string {
  const sorted = options.sort === undefined ? rows : sortRows(columns, rows, options.sort)
  const isHeaderShown = !options['no-header']
  const draw = (shown: readonly ListColumn<Row>[]) =>
    renderTable(
      shown,
      sorted.map((row) => shown.map(({ cell }) => cell(row))),
      { isHeaderShown },
    ).trimEnd()
  if (options.columns !== undefined) {
    return draw(options.columns.split(',').map((name) => findColumn(columns, name.trim(), '--columns')))
  }
  if (options.wide) return draw(columns)
  let shown = columns.filter(({ rank }) => rank !== null)
  let text = draw(shown)
  while (width !== null && widthOf(text) > width) {
    const last = Math.max(...shown.map(({ rank }) => rank ?? 0))
    if (last === 0) break
    shown = shown.filter(({ rank }) => rank !== last)
    text = draw(shown)
  }
  return text
}

/** Of the terminal that the answer goes to; null = it goes somewhere else. */
export function terminalWidth(): number | null {
  return process.stdout.isTTY ? process.stdout.columns : null
}

function sortRows<Row>(columns: readonly ListColumn<Row>[], rows: readonly Row[], sort: string): Row[] {
  const isReversed = sort.startsWith('-')
  const { cell, sortKey = cell } = findColumn(columns, sort.slice(isReversed ? 1 : 0), '--sort')
  const keyed = rows.map((row) => ({ row, key: sortKey(row) }))
  keyed.sort((a, b) => {
    if (a.key === null || b.key === null) return Number(a.key === null) - Number(b.key === null)
    const order = a.key < b.key ? -1 : a.key > b.key ? 1 : 0
    return isReversed ? -order : order
  })
  return keyed.map(({ row }) => row)
}

function findColumn<Row>(columns: readonly ListColumn<Row>[], name: string, flag: string): ListColumn<Row> {
  const found = columns.find((column) => nameOf(column) === name.toLowerCase())
  if (found !== undefined) return found
  const near = suggestName(name.toLowerCase(), columns.map(nameOf))
  throw new OperationError(`${flag}: there is no column ${name}${near === null ? '' : `; did you mean ${near}?`}`, {
    exit: 'usage',
    hint: `the columns are ${columns.map(nameOf).join(', ')}`,
  })
}

function nameOf({ name }: { readonly name: string }): string {
  return name.toLowerCase().replaceAll(' ', '-')
}

function widthOf(text: string): number {
  return text.split('\n').reduce((widest, line) => Math.max(widest, [...line].length), 0)
}
