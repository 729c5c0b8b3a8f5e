import { expect, test } from 'vitest'
import { toDuration } from '../../../src/operations/backfill/carry-metadata.js'
import { parseTime } from '../../../src/operations/backfill/discover-source.js'
import {
  quoteName,
  quoteText,
  selectCountsText,
  selectRowsText,
} from '../../../src/operations/backfill/influxql-text.js'

const PLACE = {
  retentionPolicy: 'zwei rp',
  measurement: 'a"b\\c\n',
  fields: ['f', 'x y'],
  range: { startNs: -(2n ** 63n), endNs: 2n ** 63n - 1n },
}

test('names and texts are quoted', () => {
  expect(quoteName('a"b\\c\n')).toBe('"a\\"b\\\\c\\n"')
  expect(quoteText("it's\\\n")).toBe("'it\\'s\\\\\\n'")
})

test('a slice asks for its fields as fields, within the times that InfluxDB has', () => {
  expect(selectRowsText(PLACE)).toBe(
    'SELECT "f"::field, "x y"::field FROM "zwei rp"."a\\"b\\\\c\\n" ' +
      'WHERE time >= -9223372036854775806 AND time <= 9223372036854775806 GROUP BY *',
  )
  expect(selectCountsText({ ...PLACE, range: { startNs: 0n, endNs: 10n } })).toContain(
    'SELECT count("f"::field) AS "c0", count("x y"::field) AS "c1" FROM "zwei rp"."a\\"b\\\\c\\n" WHERE time >= 0 AND time <= 9',
  )
})

test.each([
  ['168h0m0s', '168h'],
  ['1h30m0s', '1h30m'],
  ['0s', 'INF'],
  ['500ms', '500ms'],
])('the duration %s is %s in a statement', (shown, text) => {
  expect(toDuration(shown)).toBe(text)
})

test('times of shard groups are read, before 1970 too', () => {
  expect(parseTime('2023-11-13T00:00:00Z')).toBe(1_699_833_600_000_000_000n)
  expect(parseTime('1677-09-21T00:12:43.145224194Z')).toBe(-9_223_372_036_854_775_806n)
})
