/**
 * Lines of cells with a tab after each but the last → text in columns, as Go's tabwriter makes it for the `influx`
 * shell: a column is a run of lines that have this cell with a tab after it; its width is that of the widest cell in the
 * run and one space. The last cell of a line counts for no width.
 */
export function alignCells(text: string): string {
  const lines = text.split('\n').map((line) => line.split(/[\t\v]/))
  const widths = lines.map((cells) => new Array<number>(Math.max(0, cells.length - 1)).fill(-1))
  for (let i = 0; i < lines.length; i++) {
    for (let column = 0; column < widths[i].length; column++) {
      if (widths[i][column] === -1) setRunWidth(lines, widths, i, column)
    }
  }
  return lines.map((cells, i) => cells.map((cell, column) => pad(cell, widths[i][column])).join('')).join('\n')
}

function setRunWidth(lines: readonly string[][], widths: number[][], start: number, column: number): void {
  let end = start
  let width = 0
  while (end < lines.length && column < widths[end].length) {
    width = Math.max(width, characterCount(lines[end][column]))
    end++
  }
  for (let i = start; i < end; i++) widths[i][column] = width + 1
}

function pad(cell: string, width: number | undefined): string {
  return width === undefined ? cell : cell + ' '.repeat(width - characterCount(cell))
}

/** Code points; the original knows nothing of wide letters either. */
function characterCount(text: string): number {
  if (/^[\x00-\x7f]*$/.test(text)) return text.length
  return [...text].length
}
