/**
 * Decimal text to 64-bit integers, exact, null when out of range. Texts consist of digits with an optional minus sign;
 * however long, they cost no more than their length.
 */

const INT64_MIN = -(2n ** 63n)
const INT64_MAX = 2n ** 63n - 1n
const UINT64_MAX = 2n ** 64n - 1n
const UINT64_DIGITS_MAX = 20

export function parseInt64(text: string): bigint | null {
  return parseWithin(text, INT64_MIN, INT64_MAX)
}

export function parseUint64(text: string): bigint | null {
  return parseWithin(text, 0n, UINT64_MAX)
}

function parseWithin(text: string, min: bigint, max: bigint): bigint | null {
  const sign = text.startsWith('-') ? '-' : ''
  const digits = text.slice(sign.length).replace(/^0+(?=\d)/, '')
  if (digits.length > UINT64_DIGITS_MAX) return null
  const value = BigInt(sign + digits)
  return value < min || value > max ? null : value
}
