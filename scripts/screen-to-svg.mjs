// A terminal's screen (cells of @xterm/headless) as an SVG: text with its colours, nothing else. Every run of cells is
// placed by its column and given its width, so that any monospaced font shows it straight.

const CELL_WIDTH = 8.4
const CELL_HEIGHT = 17
const MARGIN = 14
const TITLE_HEIGHT = 30
const BACKGROUND = '#10151c'
const FOREGROUND = '#c9d1d9'
const DIM = '#7d8894'

/** The sixteen colours, as a calm dark theme has them. */
const COLORS = [
  ...['#30363d', '#f0655a', '#4cc38a', '#e3b341', '#539bf5', '#b083f0', '#39c5cf', '#c9d1d9'],
  ...['#636e7b', '#ff938a', '#6bdb9f', '#f0cc6a', '#6cb6ff', '#dcbdfb', '#56d4dd', '#ffffff'],
]

export function screenToSvg(terminal, title) {
  const buffer = terminal.buffer.active
  const width = terminal.cols * CELL_WIDTH + 2 * MARGIN
  const height = terminal.rows * CELL_HEIGHT + 2 * MARGIN + TITLE_HEIGHT
  const parts = []
  for (let row = 0; row < terminal.rows; row++) {
    const line = buffer.getLine(buffer.viewportY + row)
    if (line !== undefined) parts.push(...runsOf(line, terminal.cols).map((run) => drawRun(run, row)))
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escapeXml(title)}</title>
<rect width="${width}" height="${height}" rx="9" fill="${BACKGROUND}"/>
<g fill="#30363d"><circle cx="20" cy="18" r="5.5"/><circle cx="38" cy="18" r="5.5"/><circle cx="56" cy="18" r="5.5"/></g>
<text x="${width / 2}" y="22" fill="${DIM}" font-family="sans-serif" font-size="12" text-anchor="middle">${escapeXml(title)}</text>
<g font-family="'JetBrains Mono','DejaVu Sans Mono',Menlo,Consolas,monospace" font-size="14" xml:space="preserve">
${parts.filter((part) => part !== '').join('\n')}
</g>
</svg>
`
}

/** Neighbouring cells that look alike; a wide or a block character begins a run of its own where fonts may differ. */
function runsOf(line, columnCount) {
  const runs = []
  for (let column = 0; column < columnCount; column++) {
    const cell = line.getCell(column)
    if (cell === undefined || cell.getWidth() === 0) continue
    const text = cell.getChars() || ' '
    const style = styleOf(cell)
    const last = runs.at(-1)
    if (last !== undefined && last.key === style.key) {
      last.text += text
      last.columnCount += cell.getWidth()
    } else runs.push({ ...style, text, column, columnCount: cell.getWidth() })
  }
  return runs
}

function styleOf(cell) {
  const color = cell.isFgDefault() ? FOREGROUND : cell.isFgRGB() ? rgb(cell.getFgColor()) : indexed(cell.getFgColor())
  const isInverse = cell.isInverse() !== 0
  const isBold = cell.isBold() !== 0
  const shown = cell.isDim() !== 0 && cell.isFgDefault() ? DIM : color
  return { color: shown, isInverse, isBold, key: `${shown} ${isInverse} ${isBold}` }
}

function drawRun({ text, column, columnCount, color, isInverse, isBold }, row) {
  if (text.trim() === '' && !isInverse) return ''
  const x = MARGIN + column * CELL_WIDTH
  const top = MARGIN + TITLE_HEIGHT + row * CELL_HEIGHT
  const width = columnCount * CELL_WIDTH
  const box = isInverse
    ? `<rect x="${x.toFixed(1)}" y="${top}" width="${width.toFixed(1)}" height="${CELL_HEIGHT}" fill="${color}"/>`
    : ''
  const weight = isBold ? ' font-weight="bold"' : ''
  const fill = isInverse ? BACKGROUND : color
  return `${box}<text x="${x.toFixed(1)}" y="${top + 13}" fill="${fill}"${weight} textLength="${width.toFixed(1)}" lengthAdjust="spacingAndGlyphs">${escapeXml(text)}</text>`
}

function rgb(color) {
  return `#${color.toString(16).padStart(6, '0')}`
}

/** The cube and the greys of 256 colours. */
function indexed(index) {
  if (index < 16) return COLORS[index]
  if (index >= 232) return rgb((8 + (index - 232) * 10) * 0x010101)
  const level = (part) => (part === 0 ? 0 : 55 + 40 * part)
  const cube = index - 16
  return rgb((level(Math.floor(cube / 36)) << 16) | (level(Math.floor(cube / 6) % 6) << 8) | level(cube % 6))
}

function escapeXml(text) {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
}
