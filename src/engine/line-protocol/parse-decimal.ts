/**
 * Numbers straight from bytes into column arrays. Each parser returns the position behind the number, or -1 for what it
 * leaves to the exact parser: other syntax, or more digits than it can hold exactly. All stop at the first byte that
 * is no digit, so the caller only has to make sure that the body has a newline somewhere ahead.
 */

import { DOT, MINUS, ZERO } from './bytes.js'

const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, exponent) => 10 ** exponent)

/** Digits that always fit an int32, and digits of the second run: together 19, all an int64 has. */
const HEAD_DIGITS_MAX = 9
const TAIL_DIGITS_MAX = 10

/** Below this a double holds every integer, so appending digits did not round. */
const EXACT_INTEGER_MAX = 2 ** 53
const EXACT_EXPONENT_MAX = 22

const TWO_15 = 2 ** 15
const TWO_17 = 2 ** 17
const TWO_32 = 2 ** 32

/** An optional sign and up to 19 digits, as two's complement into `halves[index]` (low) and `halves[index + 1]`. */
export function parseInt64Halves(halves: Int32Array, index: number, body: Uint8Array, start: number): number {
  let pos = start
  const isNegative = body[pos] === MINUS
  if (isNegative) pos++
  const digitsStart = pos

  let head = 0
  let digit = body[pos] - ZERO
  const headEnd = pos + HEAD_DIGITS_MAX
  while (digit >= 0 && digit <= 9 && pos < headEnd) {
    head = (head * 10 + digit) | 0
    digit = body[++pos] - ZERO
  }
  if (pos === digitsStart) return -1
  if (pos < headEnd || digit < 0 || digit > 9) {
    halves[index] = isNegative ? -head : head
    halves[index + 1] = isNegative && head !== 0 ? -1 : 0
    return pos
  }

  let tail = 0
  const tailEnd = pos + TAIL_DIGITS_MAX
  while (digit >= 0 && digit <= 9 && pos < tailEnd) {
    tail = tail * 10 + digit
    digit = body[++pos] - ZERO
  }
  if (digit >= 0 && digit <= 9) return -1
  return writeProductSum(halves, index, head, POWERS_OF_TEN[pos - headEnd], tail, isNegative) ? pos : -1
}

/**
 * ±(head * power + tail) with head < 10^9, power <= 10^10, tail < power, from products of doubles below 2^53.
 * False when the magnitude does not fit 63 bits; -2^63 is left to the exact parser.
 */
function writeProductSum(
  halves: Int32Array,
  index: number,
  head: number,
  power: number,
  tail: number,
  isNegative: boolean,
): boolean {
  const upper = (head >>> 15) * power
  const lower = (head & 0x7fff) * power + tail
  const upperHigh = Math.floor(upper / TWO_17)
  const lowerHigh = Math.floor(lower / TWO_32)
  const lowSum = (upper - upperHigh * TWO_17) * TWO_15 + (lower - lowerHigh * TWO_32)
  const high = upperHigh + lowerHigh + (lowSum >= TWO_32 ? 1 : 0)
  if (high >= TWO_32 / 2) return false
  const low = lowSum | 0
  halves[index] = isNegative ? -low : low
  halves[index + 1] = isNegative ? ~high + (low === 0 ? 1 : 0) : high
  return true
}

/**
 * Digits with an optional sign and point, without exponent, correctly rounded: mantissa and power of ten are both exact
 * doubles, so one division rounds once (Clinger's fast path). -1 when the mantissa is too long for that.
 */
export function parseFloatSimple(floats: Float64Array, row: number, body: Uint8Array, start: number): number {
  let pos = start
  const isNegative = body[pos] === MINUS
  if (isNegative) pos++
  let digitsStart = pos
  let mantissa = 0
  let digit = body[pos] - ZERO
  while (digit >= 0 && digit <= 9) {
    mantissa = mantissa * 10 + digit
    digit = body[++pos] - ZERO
  }
  let digitCount = pos - digitsStart
  let fractionCount = 0
  if (body[pos] === DOT) {
    digitsStart = ++pos
    digit = body[pos] - ZERO
    while (digit >= 0 && digit <= 9) {
      mantissa = mantissa * 10 + digit
      digit = body[++pos] - ZERO
    }
    fractionCount = pos - digitsStart
    digitCount += fractionCount
  }
  if (digitCount === 0 || mantissa >= EXACT_INTEGER_MAX || fractionCount > EXACT_EXPONENT_MAX) return -1
  const value = mantissa / POWERS_OF_TEN[fractionCount]
  floats[row] = isNegative ? -value : value
  return pos
}
