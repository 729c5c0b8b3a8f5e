/**
 * Integer literals of any length. What is far beyond 64 bits need not be exact, only too large: reading a million
 * digits would take seconds.
 */

const DIGITS_MAX = 40
const TOO_LARGE = 10n ** 40n

/** Exact up to 40 digits, leading zeros not counted; 10^40 for what is longer. May have a sign. */
export function integerOf(literal: string): bigint {
  if (literal.length <= DIGITS_MAX) return BigInt(literal)
  const digits = literal.replace(/^0+/, '')
  return digits.length <= DIGITS_MAX ? BigInt(digits || '0') : TOO_LARGE
}
