import { expect, test } from 'vitest'
import { TimeText } from '../../../../src/daemon/http/encode/time-text.js'
import { zoneOffsetsOf } from '../../../../src/daemon/http/encode/zone-offsets.js'
import { fc } from '../../../support/fixed-random.js'

const bytes = Buffer.alloc(64)

function textOf(time: TimeText, ns: bigint): string {
  const low = Number(BigInt.asUintN(32, ns))
  return bytes.toString('latin1', 0, time.write(bytes, 0, low, Number(ns >> 32n)))
}

/** Through Date, which knows milliseconds only. */
function expected(ns: bigint): string {
  let seconds = ns / 1_000_000_000n
  let nanos = ns % 1_000_000_000n
  if (nanos < 0n) {
    nanos += 1_000_000_000n
    seconds -= 1n
  }
  const fraction = String(nanos).padStart(9, '0').replace(/0+$/, '')
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, 19)
  return `${whole}${fraction === '' ? '' : `.${fraction}`}Z`
}

test('any int64 prints as its date and time, trailing zeros trimmed', () => {
  const time = new TimeText()
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (ns) => textOf(time, ns) === expected(ns)),
    {
      examples: [
        [0n],
        [-1n],
        [1n],
        [951_782_400_000_000_000n],
        [-(2n ** 63n)],
        [86_399_999_999_999n],
        [86_400_000_000_000n],
      ],
    },
  )
})

test('neighbouring times share a day without mixing it up', () => {
  const time = new TimeText()
  const start = 1_583_020_799_000_000_000n
  for (let i = 0n; i < 4n; i++) expect(textOf(time, start + i * 500_000_000n)).toBe(expected(start + i * 500_000_000n))
  expect(textOf(time, start - 86_400_000_000_000n)).toBe(expected(start - 86_400_000_000_000n))
})

test.each([
  ['Europe/Amsterdam', '2019-03-31T00:59:59Z', '2019-03-31T01:59:59+01:00'],
  ['Europe/Amsterdam', '2019-03-31T01:00:00Z', '2019-03-31T03:00:00+02:00'],
  ['Asia/Kolkata', '1970-01-01T00:00:01Z', '1970-01-01T05:30:01+05:30'],
  ['America/Los_Angeles', '2019-11-03T08:59:59Z', '2019-11-03T01:59:59-07:00'],
  ['America/Los_Angeles', '2019-11-03T09:00:00Z', '2019-11-03T01:00:00-08:00'],
  ['Europe/London', '2020-01-01T00:00:00Z', '2020-01-01T00:00:00Z'],
  ['Africa/Abidjan', '1684-10-19T08:00:00Z', '1684-10-19T07:43:52-00:16'],
])('%s at %s', (zone, instant, text) => {
  const time = new TimeText(zoneOffsetsOf(zone))
  const ns = BigInt(Date.parse(instant)) * 1_000_000n
  expect(textOf(time, ns)).toBe(text)
  expect(textOf(time, ns)).toBe(text)
})
