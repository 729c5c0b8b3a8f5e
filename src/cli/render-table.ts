/**
 * Rows of text as columns of equal width: two spaces between, no borders, one line per row. Pure text.
 */

export interface TableColumn {
  readonly name: string
  readonly align: 'left' | 'right'
  /** Long text, which a narrow terminal gets the beginning of rather than losing the column. */
  readonly isText?: boolean
}

export interface TableOptions {
  /** A table that goes on from the one before prints no names. */
  readonly isHeaderShown: boolean
}

const GAP = '  '

export function renderTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  { isHeaderShown }: TableOptions,
): string {
  const widths = columns.map(({ name }) => (isHeaderShown ? textWidth(name) : 0))
  for (const row of rows) {
    for (let i = 0; i < row.length; i++) widths[i] = Math.max(widths[i], textWidth(row[i]))
  }
  const lines = isHeaderShown
    ? [
        renderRow(
          columns.map(({ name }) => name),
          columns,
          widths,
        ),
      ]
    : []
  for (const row of rows) lines.push(renderRow(row, columns, widths))
  return lines.map((line) => line + '\n').join('')
}

function renderRow(cells: readonly string[], columns: readonly TableColumn[], widths: readonly number[]): string {
  let line = ''
  for (let i = 0; i < cells.length; i++) {
    const padding = ' '.repeat(widths[i] - textWidth(cells[i]))
    line += (i === 0 ? '' : GAP) + (columns[i].align === 'right' ? padding + cells[i] : cells[i] + padding)
  }
  return line.trimEnd()
}

/** Cells of a terminal: Chinese, Japanese, Korean letters and pictures take two, marks on the letter before none. */
export function textWidth(text: string): number {
  if (/^[\x00-\x7f]*$/.test(text)) return text.length
  let width = 0
  for (const character of text) {
    if (/\p{Mark}/u.test(character)) continue
    width += WIDE.test(character) ? 2 : 1
  }
  return width
}

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u
