import { expect, test } from 'vitest'
import { writeFloat, writeInt64, writeUint64 } from '../../../../src/daemon/http/encode/write-number.js'
import { fc } from '../../../support/fixed-random.js'

const bytes = Buffer.alloc(64)

function floatText(value: number): string {
  return bytes.toString('latin1', 0, writeFloat(bytes, 0, value))
}

/** JavaScript's shortest text is Go's, except for the sign of zero. */
function expected(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}

test('any float has the shortest text that reads back', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => floatText(value) === expected(value)),
  )
})

test('decimals with few digits take the short way to the same text', () => {
  const decimal = fc.tuple(fc.integer({ min: -999_999_999, max: 999_999_999 }), fc.integer({ min: 0, max: 12 }))
  fc.assert(
    fc.property(decimal, ([digits, scale]) => floatText(digits / 10 ** scale) === expected(digits / 10 ** scale)),
    {
      numRuns: 2000,
    },
  )
})

test.each([
  0, -0, 0.1, 1.5, 123456.789, 999999999.999999, 1e15, 1e20, 1e21, 1e-6, 9.99e-7, 5e-324, 1.7976931348623157e308,
])('%d', (value) => expect(floatText(value)).toBe(expected(value)))

test('every int64 and uint64 is exact', () => {
  const halves = new BigUint64Array(1)
  const words = new Uint32Array(halves.buffer)
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
      halves[0] = BigInt.asUintN(64, value)
      const signed = bytes.toString('latin1', 0, writeInt64(bytes, 0, words[0], words[1] | 0))
      const unsigned = bytes.toString('latin1', 0, writeUint64(bytes, 0, words[0], words[1]))
      return signed === String(value) && unsigned === String(halves[0])
    }),
    { examples: [[0n], [-1n], [2n ** 53n], [-(2n ** 52n)], [-(2n ** 52n) - 1n], [2n ** 63n - 1n], [-(2n ** 63n)]] },
  )
})
