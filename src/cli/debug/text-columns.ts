/** A table from its heading and rows: names in capitals, marks in the heading for what is a number or a long text. */

import type { ListOptions } from '../list-table.js'
import { printTable } from '../print-table.js'

const PLAIN: ListOptions = { 'no-header': false, wide: false }

/** `['NAME', '#ROWS', '~STATEMENT']`: a `#` puts the column to the right; a `~` has text that may be cut. */
export function textColumns(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
  options: ListOptions = PLAIN,
): string {
  const columns = heading.map((name) => {
    const mark = name[0]
    const align = mark === '#' ? 'right' : 'left'
    return { name: mark === '#' || mark === '~' ? name.slice(1) : name, align, isText: mark === '~' } as const
  })
  return printTable(columns, rows, options)
}
