/** A row of numbers as a row of characters. The scale begins at 0; a gap (null) is a space, never a zero. */

export type ChartStyle = 'block' | 'braille' | 'ascii'

const LEVELS = { block: '▁▂▃▄▅▆▇█', ascii: '.:-=+*#' } as const

/** Dots of a braille cell, from the bottom: left column 7 3 2 1, right column 8 6 5 4. */
const BRAILLE_LEFT = [0, 0x40, 0x44, 0x46, 0x47]
const BRAILLE_RIGHT = [0, 0x80, 0xa0, 0xb0, 0xb8]

/** Exactly `width` characters, the newest value at the right. `max` makes several lines comparable; null = own maximum. */
export function sparkline(
  values: readonly (number | null)[],
  width: number,
  style: ChartStyle,
  max: number | null = null,
): string {
  if (width <= 0) return ''
  const columns = resample(values, style === 'braille' ? width * 2 : width)
  const scale = max ?? columns.reduce<number>((largest, value) => Math.max(largest, value ?? 0), 0)
  if (style === 'braille') return brailleLine(columns, scale)
  const levels = LEVELS[style]
  return columns.map((value) => (value === null ? ' ' : levels[levelOf(value, scale, levels.length)])).join('')
}

/** `███▎     `, exactly `width` columns. */
export function bar(share: number, width: number, style: ChartStyle): string {
  const clamped = Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0))
  if (style === 'ascii') return '#'.repeat(Math.round(clamped * width)).padEnd(width)
  const eighths = Math.round(clamped * width * 8)
  const rest = eighths % 8
  return ('█'.repeat(eighths >> 3) + (rest === 0 ? '' : ' ▏▎▍▌▋▊▉'[rest])).padEnd(width)
}

/** Means of as many neighbours as one column stands for; too few values leave the left side empty. */
export function resample(values: readonly (number | null)[], width: number): (number | null)[] {
  if (values.length <= width) return [...new Array<null>(width - values.length).fill(null), ...values]
  const columns: (number | null)[] = []
  for (let column = 0; column < width; column++) {
    const from = Math.floor((column * values.length) / width)
    const to = Math.max(from + 1, Math.floor(((column + 1) * values.length) / width))
    columns.push(meanOf(values, from, to))
  }
  return columns
}

function meanOf(values: readonly (number | null)[], from: number, to: number): number | null {
  let sum = 0
  let count = 0
  for (let i = from; i < to; i++) {
    const value = values[i]
    if (value === null) continue
    sum += value
    count++
  }
  return count === 0 ? null : sum / count
}

function levelOf(value: number, scale: number, levelCount: number): number {
  if (scale <= 0) return 0
  return Math.min(levelCount - 1, Math.max(0, Math.ceil((value / scale) * levelCount) - 1))
}

function brailleLine(columns: readonly (number | null)[], scale: number): string {
  let line = ''
  for (let i = 0; i < columns.length; i += 2) {
    const dots = BRAILLE_LEFT[dotsOf(columns[i], scale)] | BRAILLE_RIGHT[dotsOf(columns[i + 1], scale)]
    line += dots === 0 ? ' ' : String.fromCharCode(0x2800 + dots)
  }
  return line
}

/** 1 for any value, so that zero differs from a gap. */
function dotsOf(value: number | null, scale: number): number {
  return value === null ? 0 : levelOf(value, scale, 4) + 1
}
