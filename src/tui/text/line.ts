/**
 * A line of the screen: pieces of text with a tone each. Tones say what something means; a theme makes colours of them.
 * Text that comes from users (names, statements) may hold anything; `clean` makes it one harmless line, and every piece is.
 */

import stringWidth from 'string-width'

export type Tone = 'plain' | 'dim' | 'bold' | 'accent' | 'ok' | 'warning' | 'critical'

export interface Span {
  readonly text: string
  readonly tone: Tone
  readonly isInverse: boolean
}

export type Line = readonly Span[]

export function span(text: string, tone: Tone = 'plain'): Span {
  return { text: clean(text), tone, isInverse: false }
}

export function lineOf(...parts: (string | Span)[]): Line {
  return parts.map((part) => (typeof part === 'string' ? span(part) : part))
}

export function inverse(line: Line): Line {
  return line.map((part) => ({ ...part, isInverse: true }))
}

export function toned(line: Line, tone: Tone): Line {
  return line.map((part) => ({ ...part, tone }))
}

export function plainText(line: Line): string {
  return line.map(({ text }) => text).join('')
}

export function widthOf(text: string): number {
  return isAscii(text) ? text.length : stringWidth(text)
}

export function lineWidth(line: Line): number {
  return line.reduce((sum, { text }) => sum + widthOf(text), 0)
}

/** Control characters, line ends and escape sequences become visible and harmless. */
export function clean(text: string): string {
  if (isAscii(text)) return text
  return text.replace(/\s*[\r\n]+\s*|\t/g, ' ').replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '·')
}

/** At most `width` columns; what was cut ends with `…`. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text
  if (width <= 0) return ''
  let kept = ''
  let used = 0
  for (const { segment } of graphemes().segment(text)) {
    const segmentWidth = widthOf(segment)
    if (used + segmentWidth > width - 1) break
    kept += segment
    used += segmentWidth
  }
  return `${kept}…`
}

export type Align = 'left' | 'right'

/** Exactly `width` columns. */
export function fitText(text: string, width: number, align: Align = 'left'): string {
  const shown = cut(text, width)
  const padding = ' '.repeat(Math.max(0, width - widthOf(shown)))
  return align === 'left' ? shown + padding : padding + shown
}

/** At most `width` columns, tones kept. */
export function cutLine(line: Line, width: number): Line {
  const kept: Span[] = []
  let room = width
  for (const part of line) {
    if (room <= 0) break
    const text = cut(part.text, room)
    kept.push(text === part.text ? part : { ...part, text })
    room -= widthOf(text)
    if (text !== part.text) break
  }
  return kept
}

/** Exactly `width` columns. */
export function fitLine(line: Line, width: number): Line {
  const kept = cutLine(line, width)
  const missing = width - lineWidth(kept)
  return missing > 0 ? [...kept, span(' '.repeat(missing))] : kept
}

/** Both ends of a line of `width` columns; the left one is cut when they do not fit. */
export function spread(left: Line, right: Line, width: number): Line {
  const rightWidth = lineWidth(right)
  if (rightWidth + 1 >= width) return cutLine(left, width)
  return [...fitLine(left, width - rightWidth), ...right]
}

/** Breaks text at spaces, and where there are none, into lines of at most `width` columns. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  for (const paragraph of text.split(/\r?\n/)) lines.push(...wrapParagraph(clean(paragraph), Math.max(1, width)))
  return lines
}

function wrapParagraph(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  let used = 0
  for (const word of text.split(/(?<= )/)) {
    const wordWidth = widthOf(word.trimEnd())
    if (used > 0 && used + wordWidth > width) {
      lines.push(line.trimEnd())
      line = ''
      used = 0
    }
    for (const { segment: whole } of graphemes().segment(word)) {
      // Some compositions are wider than a narrow line.
      const segment = cut(whole, width)
      const segmentWidth = widthOf(segment)
      if (used + segmentWidth > width) {
        lines.push(line.trimEnd())
        line = ''
        used = 0
      }
      line += segment
      used += segmentWidth
    }
  }
  lines.push(line.trimEnd())
  return lines
}

function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text)
}

let segmenter: Intl.Segmenter | null = null

function graphemes(): Intl.Segmenter {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  return segmenter
}
