/** One line about where an operation is: with a bar that fits the terminal, without one for logs, or as JSON. Pure text. */

import type { Progress } from '../../operations/progress.js'
import { formatBytes, formatCount, formatQuantity, formatSeconds } from './format-quantity.js'

export interface Pace {
  /** Per second; null while unknown. */
  readonly rate: number | null
  readonly secondsLeft: number | null
  readonly elapsedSeconds: number
}

const BAR_CELLS_MAX = 30
const BAR_CELLS_MIN = 5

/** `write 43% ████▌····· 12.4/28.9 GiB  184 MiB/s  ETA 1m31s  slice 61/140`, never wider than the terminal. */
export function renderBar(progress: Progress, pace: Pace, columnCount: number): string {
  const facts = factsOf(progress, pace)
  if (progress.total === null || progress.total === 0) return cut([progress.phase, ...facts].join('  '), columnCount)
  const fraction = Math.min(1, progress.done / progress.total)
  const head = `${progress.phase} ${String(Math.floor(fraction * 100)).padStart(2)}% `
  // Facts are dropped from the end until a bar has room.
  while (facts.length > 1 && head.length + BAR_CELLS_MIN + 1 + facts.join('  ').length > columnCount) facts.pop()
  const text = facts.join('  ')
  const cells = Math.min(BAR_CELLS_MAX, columnCount - head.length - text.length - 1)
  const bar = cells < BAR_CELLS_MIN ? '' : `${drawBar(fraction, cells)} `
  return cut(head + bar + text, columnCount)
}

export function renderLine(progress: Progress, pace: Pace): string {
  const isKnown = progress.total !== null && progress.total > 0
  const percent = isKnown ? ` ${Math.floor(Math.min(1, progress.done / progress.total!) * 100)}%` : ''
  return [progress.phase + percent, ...factsOf(progress, pace)].join('  ')
}

/** The document of `--progress json`. */
export function renderStatus(progress: Progress, pace: Pace): string {
  const { phase, done, total, unit, details } = progress
  return JSON.stringify({
    type: 'status',
    phase,
    done,
    total,
    unit,
    rate: pace.rate === null ? null : Math.round(pace.rate),
    eta_s: pace.secondsLeft === null ? null : Math.round(pace.secondsLeft),
    elapsed_s: Math.round(pace.elapsedSeconds),
    ...Object.fromEntries(details.map(({ name, value }) => [name, value])),
  })
}

function factsOf({ done, total, unit, details }: Progress, { rate, secondsLeft }: Pace): string[] {
  const facts = [
    total === null ? formatQuantity(done, unit) : `${formatBare(done, unit)}/${formatQuantity(total, unit)}`,
  ]
  if (rate !== null) facts.push(`${formatBare(rate, unit)}/s`)
  if (secondsLeft !== null) facts.push(`ETA ${formatSeconds(secondsLeft)}`)
  for (const { name, value } of details) facts.push(`${name} ${typeof value === 'number' ? formatCount(value) : value}`)
  return facts
}

function formatBare(value: number, unit: Progress['unit']): string {
  return unit === 'bytes' ? formatBytes(value) : formatCount(value)
}

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const

function drawBar(fraction: number, cells: number): string {
  const eighths = Math.round(fraction * cells * 8)
  const full = Math.floor(eighths / 8)
  const bar = '█'.repeat(full) + EIGHTHS[eighths % 8]
  return bar + '·'.repeat(cells - bar.length)
}

function cut(text: string, columnCount: number): string {
  return text.length <= columnCount ? text : text.slice(0, Math.max(0, columnCount))
}
