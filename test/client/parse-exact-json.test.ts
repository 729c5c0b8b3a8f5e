import { expect, test } from 'vitest'
import { parseExactJson } from '../../src/client/parse-exact-json.js'
import { fc } from '../support/fixed-random.js'

test('64-bit integers keep every digit', () => {
  expect(parseExactJson('[9223372036854775807,-9223372036854775808,9007199254740993,9007199254740991]')).toEqual([
    9223372036854775807n,
    -9223372036854775808n,
    9007199254740993n,
    9007199254740991,
  ])
})

test('long digits in strings and in fractions are left alone', () => {
  const text =
    '{"12345678901234567890":"a \\"12345678901234567890","f":0.12345678901234567890,"e":1234567890123456789e3}'
  expect(parseExactJson(text)).toEqual(JSON.parse(text))
})

test('everything else is what JSON.parse gives', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value)
      const isLong = /\d{16}/.test(text)
      if (!isLong) expect(parseExactJson(text)).toEqual(JSON.parse(text))
    }),
  )
})
