/** Named numbers with their recent course: `WRITES/s 18.4k ▂▃▃▄▅▅▆ max 22k`, as many beside each other as fit. */

import { valuesOf } from '../model/history.js'
import type { TopState } from '../model/top-state.js'
import { fitText, type Line, lineOf, span, type Tone } from '../text/line.js'
import { sparkline } from '../text/sparkline.js'

export interface Chart {
  readonly title: string
  /** Name of the values in the history. */
  readonly name: string
  readonly value: number | null
  readonly format: (value: number | null) => string
  readonly tone: Tone
}

const TITLE_WIDTH = 11
const VALUE_WIDTH = 8
/** ` max 1.99 GiB` */
const SCALE_WIDTH = 13
const GAP = 2
const CELL_WIDTH_MIN = 36

export function chartLines(state: TopState, charts: readonly Chart[], width: number): Line[] {
  const perLine = Math.max(1, Math.min(3, Math.floor((width - 1 + GAP) / (CELL_WIDTH_MIN + GAP))))
  const cellWidth = Math.floor((width - 1 - (perLine - 1) * GAP) / perLine)
  const lines: Line[] = []
  for (let i = 0; i < charts.length; i += perLine) {
    const cells = charts.slice(i, i + perLine).map((chart) => chartCell(state, chart, cellWidth))
    lines.push([span(' '), ...cells.flatMap((cell, at) => (at === 0 ? cell : [span(' '.repeat(GAP)), ...cell]))])
  }
  return lines
}

function chartCell(state: TopState, { title, name, value, format, tone }: Chart, width: number): Line {
  const { windowMs, charts } = state.settings
  const values = valuesOf(state.history, windowMs, name)
  const isScaleShown = width >= TITLE_WIDTH + VALUE_WIDTH + SCALE_WIDTH + 10
  const sparkWidth = Math.max(0, width - TITLE_WIDTH - VALUE_WIDTH - 1 - (isScaleShown ? SCALE_WIDTH : 0))
  const known = values.filter((each) => each !== null)
  const scale = known.length === 0 ? '' : ` max ${format(Math.max(...known))}`
  return lineOf(
    span(fitText(title, TITLE_WIDTH), 'dim'),
    span(fitText(format(value), VALUE_WIDTH, 'right'), 'bold'),
    ' ',
    span(sparkline(values, sparkWidth, charts), tone),
    ...(isScaleShown ? [span(fitText(scale, SCALE_WIDTH), 'dim' as const)] : []),
  )
}
