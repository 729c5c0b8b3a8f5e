/**
 * Strings as Go's encoding/json writes them, with its HTML escaping: `<`, `>`, `&`, U+2028 and U+2029 become \u escapes,
 * other text stays UTF-8, and half of a surrogate pair becomes \ufffd.
 */

import type { ByteWriter } from './byte-writer.js'

const QUOTE = 34
const BACKSLASH = 92
const SPACE = 32

/** ASCII codes that stand for themselves inside a JSON string. */
const IS_PLAIN = new Uint8Array(128)
for (let code = SPACE; code < 128; code++) IS_PLAIN[code] = 1
for (const special of '"\\<>&') IS_PLAIN[special.charCodeAt(0)] = 0

/** Above this many characters one call into native code beats a loop. */
const LOOP_LENGTH_MAX = 48

export function writeJsonString(writer: ByteWriter, text: string): void {
  // Six bytes (\u003c) is the most that one UTF-16 unit can take.
  writer.reserve(text.length * 6 + 2)
  writer.length = writeJsonStringAt(writer.bytes, writer.length, text)
}

/** Room for `text.length * 6 + 2` bytes must be there. */
export function writeJsonStringAt(bytes: Buffer, at: number, text: string): number {
  bytes[at++] = QUOTE
  let i = 0
  const length = text.length
  if (length <= LOOP_LENGTH_MAX) {
    for (; i < length; i++) {
      const code = text.charCodeAt(i)
      if (code >= 128 || IS_PLAIN[code] === 0) break
      bytes[at++] = code
    }
  }
  if (i < length) at = writeEscaped(bytes, at, text, i)
  bytes[at] = QUOTE
  return at + 1
}

function writeEscaped(bytes: Buffer, at: number, text: string, start: number): number {
  let plainStart = start
  for (let i = start; i < text.length; i++) {
    const code = text.charCodeAt(i)
    const isSpecial = code < 128 ? IS_PLAIN[code] === 0 : code === 0x2028 || code === 0x2029
    const isLone = !isSpecial && code >= 0xd800 && code <= 0xdfff && isLoneSurrogate(text, i)
    if (!isSpecial && !isLone) {
      if (code >= 0xd800 && code <= 0xdbff) i++
      continue
    }
    if (plainStart < i) at += bytes.write(text.slice(plainStart, i), at)
    at += bytes.write(isLone ? '\\ufffd' : escapeOf(code), at, 'latin1')
    plainStart = i + 1
  }
  if (plainStart < text.length) at += bytes.write(plainStart === 0 ? text : text.slice(plainStart), at)
  return at
}

function isLoneSurrogate(text: string, i: number): boolean {
  if (text.charCodeAt(i) >= 0xdc00) return true
  const next = text.charCodeAt(i + 1)
  return !(next >= 0xdc00 && next <= 0xdfff)
}

function escapeOf(code: number): string {
  switch (code) {
    case QUOTE:
      return '\\"'
    case BACKSLASH:
      return '\\\\'
    case 10:
      return '\\n'
    case 13:
      return '\\r'
    case 9:
      return '\\t'
    default:
      return `\\u${code.toString(16).padStart(4, '0')}`
  }
}
