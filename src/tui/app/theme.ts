/** Tones → the codes of a terminal. Signs and words carry the meaning too, so every palette may lose colours. */

import { buildFrame } from '../frame/build-frame.js'
import type { TopState } from '../model/top-state.js'
import type { Line, Span, Tone } from '../text/line.js'

export type PaletteName = 'default' | 'cb' | 'mono'

/** Colours that a terminal has: none, 16, 256 or all. */
export type ColorDepth = 0 | 1 | 2 | 3

export type Theme = Readonly<Record<Tone, string>>

const MONO: Theme = { plain: '', dim: '2', bold: '1', accent: '1', ok: '', warning: '1', critical: '1' }

/** The terminal's own green, yellow and red. */
const TERMINAL: Theme = { ...MONO, accent: '36', ok: '32', warning: '33', critical: '31' }

/** Blue, orange and red that differ for every kind of colour vision: #33BBEE, #0077BB, #EE7733, #CC3311. */
const COLOR_BLIND: readonly [Theme, Theme, Theme] = [
  { ...MONO, accent: '36', ok: '94', warning: '33', critical: '31' },
  { ...MONO, accent: '38;5;74', ok: '38;5;32', warning: '38;5;208', critical: '38;5;160' },
  {
    ...MONO,
    accent: '38;2;51;187;238',
    ok: '38;2;0;119;187',
    warning: '38;2;238;119;51',
    critical: '38;2;204;51;17',
  },
]

export function chooseTheme(palette: PaletteName, depth: ColorDepth): Theme {
  if (palette === 'mono' || depth === 0) return MONO
  return palette === 'cb' ? COLOR_BLIND[depth - 1] : TERMINAL
}

/** The whole screen, as Ink would draw it. */
export function paintFrame(state: TopState, theme: Theme): string {
  const { lines } = buildFrame(state, frameHeight(state))
  return lines.map((line) => paintLine(line, theme)).join('\n')
}

/** One row stays free: terminals scroll when the last cell of a screen is written. */
export function frameHeight({ rows }: TopState): number {
  return Math.max(1, rows - 1)
}

/** The line with its codes; without any where it has no tone. */
export function paintLine(line: Line, theme: Theme): string {
  let painted = ''
  for (const part of mergeSpans(line)) {
    const codes = [theme[part.tone], part.isInverse ? '7' : ''].filter((code) => code !== '')
    painted += codes.length === 0 ? part.text : `\x1b[${codes.join(';')}m${part.text}\x1b[0m`
  }
  return painted
}

/** Neighbours that look alike become one: fewer bytes for the terminal. */
function mergeSpans(line: Line): Span[] {
  const merged: Span[] = []
  for (const part of line) {
    const last = merged.at(-1)
    const isBlank = !part.isInverse && last?.isInverse === false && /^ *$/.test(part.text)
    if (last !== undefined && last.isInverse === part.isInverse && (last.tone === part.tone || isBlank)) {
      merged[merged.length - 1] = { ...last, text: last.text + part.text }
    } else merged.push(part)
  }
  return merged
}
