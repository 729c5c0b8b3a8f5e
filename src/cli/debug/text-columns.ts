/** A table from its heading and rows: names in capitals, numbers to the right where the heading says so with a `#`. */

import { renderTable } from '../render-table.js'

/** `['NAME', '#ROWS']`: a `#` puts the column to the right. */
export function textColumns(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const columns = heading.map((name) => {
    const isRight = name.startsWith('#')
    return { name: isRight ? name.slice(1) : name, align: isRight ? 'right' : 'left' } as const
  })
  return renderTable(columns, rows, { isHeaderShown: true }).trimEnd()
}
