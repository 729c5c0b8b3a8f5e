/**
 * Errors of the parser in InfluxDB's words: `found X, expected A, B at line 1, char 9`, or a message of its own with or
 * without a position. Lines and characters count from 1; a character is a Unicode code point, a line ends at `\n`,
 * `\r\n` or `\r`.
 */

import { HyperbyteError } from '../domain/errors.js'
import type { Token } from './token.js'

export function unexpected(text: string, token: Token, expected: readonly string[]): HyperbyteError {
  const found = token.literal === '' && token.kind !== 'COMMENT' ? token.kind : token.literal
  return parseErrorAt(text, token, `found ${found}, expected ${expected.join(', ')}`)
}

export function parseErrorAt(text: string, token: Token, message: string): HyperbyteError {
  const { line, char } = locate(text, reportedOffset(text, token))
  return new HyperbyteError('invalid', `${message} at line ${line}, char ${char}`)
}

/** Without a place. */
export function parseError(message: string): HyperbyteError {
  return new HyperbyteError('invalid', message)
}

/** InfluxDB reports strings and regular expressions at the character before their opening delimiter. */
function reportedOffset(text: string, { kind, offset }: Token): number {
  const isDelimited = kind === 'STRING' || kind === 'BADSTRING' || kind === 'REGEX' || kind === 'BADREGEX'
  // A bound value may have the kind, but stands where its `$name` is.
  if (!isDelimited || offset === 0 || text[offset] === '$') return offset
  const isPair = isTrailSurrogate(text.charCodeAt(offset - 1)) || text.startsWith('\r\n', offset - 2)
  return offset - (isPair && offset > 1 ? 2 : 1)
}

function locate(text: string, offset: number): { line: number; char: number } {
  let line = 1
  let char = 1
  for (let i = 0; i < offset; i++) {
    const code = i < text.length ? text.charCodeAt(i) : 0
    const isLineBreak = code === 10 || (code === 13 && text.charCodeAt(i + 1) !== 10)
    if (isLineBreak) {
      line++
      char = 1
    } else if (code !== 13 && !isTrailSurrogate(code)) {
      char++
    }
  }
  return { line, char }
}

function isTrailSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff
}
