/**
 * Numbers to text, straight into bytes. Integers print exactly. Floats print as Go's encoding/json prints float64: the
 * shortest digits that read back, exponent form below 1e-6 and from 1e21 on, which is also where JavaScript's own
 * `toString` changes form; only -0 differs. Every function returns the position after what it wrote; the caller has
 * reserved `NUMBER_BYTES_MAX`.
 */

/** Shortest float64: at most 25 characters; int64: 20. */
export const NUMBER_BYTES_MAX = 32

const ZERO = 48
const MINUS = 45
const DOT = 46

const TWO_TO_32 = 4294967296

/** Two ASCII digits for each of 0..99. */
const DIGIT_PAIRS = new Uint8Array(200)
for (let i = 0; i < 100; i++) {
  DIGIT_PAIRS[2 * i] = ZERO + Math.floor(i / 10)
  DIGIT_PAIRS[2 * i + 1] = ZERO + (i % 10)
}

/** `value`: an integer, 0 <= value < 2^53. */
export function writeDigits(bytes: Uint8Array, at: number, value: number): number {
  if (value < 10) {
    bytes[at] = ZERO + value
    return at + 1
  }
  const end = at + digitCount(value)
  let back = end
  // Whole doubles until the rest fits 32-bit arithmetic, which is several times faster.
  while (value >= 4294967295) {
    const rest = Math.floor(value / 100)
    const pair = (value - rest * 100) * 2
    bytes[--back] = DIGIT_PAIRS[pair + 1]
    bytes[--back] = DIGIT_PAIRS[pair]
    value = rest
  }
  let small = value >>> 0
  while (small >= 100) {
    const rest = (small / 100) >>> 0
    const pair = (small - rest * 100) << 1
    bytes[--back] = DIGIT_PAIRS[pair + 1]
    bytes[--back] = DIGIT_PAIRS[pair]
    small = rest
  }
  if (small >= 10) {
    bytes[--back] = DIGIT_PAIRS[(small << 1) + 1]
    bytes[--back] = DIGIT_PAIRS[small << 1]
  } else {
    bytes[--back] = ZERO + small
  }
  return end
}

function digitCount(value: number): number {
  if (value < 1e5) return value < 100 ? 2 : value < 1e3 ? 3 : value < 1e4 ? 4 : 5
  if (value < 1e10) return value < 1e6 ? 6 : value < 1e7 ? 7 : value < 1e8 ? 8 : value < 1e9 ? 9 : 10
  let count = 11
  for (let bound = 1e11; value >= bound; bound *= 10) count++
  return count
}

/** The int64 whose 32-bit halves are `low` (unsigned) and `high` (signed). */
export function writeInt64(bytes: Buffer, at: number, low: number, high: number): number {
  // -2^52 <= value < 2^53: exact as a double.
  if (high < 0x200000 && high >= -0x100000) {
    const value = high * TWO_TO_32 + low
    if (value >= 0) return writeDigits(bytes, at, value)
    bytes[at] = MINUS
    return writeDigits(bytes, at + 1, -value)
  }
  return writeText(bytes, at, ((BigInt(high) << 32n) | BigInt(low)).toString())
}

/** The uint64 whose 32-bit halves are `low` and `high`, both unsigned. */
export function writeUint64(bytes: Buffer, at: number, low: number, high: number): number {
  if (high < 0x200000) return writeDigits(bytes, at, high * TWO_TO_32 + low)
  return writeText(bytes, at, ((BigInt(high) << 32n) | BigInt(low)).toString())
}

/** `value`: finite. */
export function writeFloat(bytes: Buffer, at: number, value: number): number {
  if (value < 0) {
    bytes[at++] = MINUS
    value = -value
  }
  if (value < 1e15) {
    const whole = Math.floor(value)
    if (whole === value) {
      if (value === 0 && 1 / value < 0) bytes[at++] = MINUS
      return writeDigits(bytes, at, value)
    }
    // m / 10^k with m < 10^15 and both exact is the double nearest to that decimal; when it gives `value` back, the
    // decimal (15 digits or fewer, hence the only such one) is the shortest text for it.
    if (value < 1e9 && value >= 1e-3) {
      let scaled = Math.round(value * 1e3)
      if (scaled / 1e3 === value) return writeFixed(bytes, at, scaled, 3)
      scaled = Math.round(value * 1e6)
      if (scaled / 1e6 === value) return writeFixed(bytes, at, scaled, 6)
    }
  }
  return writeText(bytes, at, String(value))
}

/** `scaled / 10^decimals`, without trailing zeros. `scaled` is no multiple of 10^decimals. */
function writeFixed(bytes: Uint8Array, at: number, scaled: number, decimals: 3 | 6): number {
  const unit = decimals === 3 ? 1e3 : 1e6
  const whole = Math.floor(scaled / unit)
  at = writeDigits(bytes, at, whole)
  bytes[at++] = DOT
  let fraction = scaled - whole * unit
  let width: number = decimals
  while (fraction % 10 === 0) {
    fraction /= 10
    width--
  }
  for (let back = at + width - 1; back >= at; back--) {
    const rest = (fraction / 10) | 0
    bytes[back] = ZERO + (fraction - rest * 10)
    fraction = rest
  }
  return at + width
}

function writeText(bytes: Uint8Array, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i)
  return at + text.length
}

/** `value` with exactly two digits. */
export function writeTwoDigits(bytes: Uint8Array, at: number, value: number): number {
  bytes[at] = DIGIT_PAIRS[2 * value]
  bytes[at + 1] = DIGIT_PAIRS[2 * value + 1]
  return at + 2
}
