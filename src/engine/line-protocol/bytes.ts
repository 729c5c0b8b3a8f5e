/** The bytes that mean something in line protocol. */

export const NUL = 0x00
export const TAB = 0x09
export const NEWLINE = 0x0a
export const SPACE = 0x20
export const QUOTE = 0x22
export const HASH = 0x23
export const PLUS = 0x2b
export const COMMA = 0x2c
export const MINUS = 0x2d
export const DOT = 0x2e
export const ZERO = 0x30
export const NINE = 0x39
export const EQUALS = 0x3d
export const BACKSLASH = 0x5c
export const LOWER_E = 0x65
export const LOWER_I = 0x69
export const LOWER_N = 0x6e
export const LOWER_U = 0x75
export const UPPER_E = 0x45
export const UPPER_N = 0x4e

export function skipBlanks(bytes: Uint8Array, start: number, end: number): number {
  let pos = start
  while (pos < end && (bytes[pos] === SPACE || bytes[pos] === TAB || bytes[pos] === NUL)) pos++
  return pos
}
