import { expect, test } from 'vitest'
import type { DebugFile } from '../../../src/client/debug-documents.js'
import { type DifferingDay, diffFiles } from '../../../src/operations/diff/diff-files.js'

const DAY = 86_400_000_000_000n
const ALL_TIME = { startNs: -(2n ** 63n), endNs: 2n ** 63n - 1n }

function file(sha256: string, { day = 1, ...more }: Partial<DebugFile> & { readonly day?: number } = {}): DebugFile {
  const date = `1970-01-0${day + 1}`
  return {
    database: 'db',
    retention_policy: 'rp',
    measurement: 'cpu',
    id: 1,
    path: `db/rp/cpu/${sha256}.parquet`,
    bucket: '1970-01-01T00:00:00Z',
    level: 0,
    rows: 10,
    bytes: 100,
    min_time: `${date}T00:00:00Z`,
    max_time: `${date}T01:00:00.5Z`,
    min_sequence: '1',
    max_sequence: '2',
    origin: 0,
    sha256,
    late: false,
    hidden: 0,
    ...more,
  }
}

function diff(a: readonly DebugFile[], b: readonly DebugFile[], days: readonly number[] = [], window = ALL_TIME) {
  const table = { database: 'db', policy: 'rp', measurement: 'cpu' }
  const differing: DifferingDay[] = days.map((day) => ({ table, dayNs: BigInt(day) * DAY }))
  return diffFiles({ a, b, days: differing, isWanted: () => true, window }).map((each) => ({
    same: each.same_files,
    differ: each.rows_differ,
    a: each.a.map(({ sha256 }) => sha256),
    b: each.b.map(({ sha256 }) => sha256),
  }))
}

test('files are the same by their hash, whatever their name is', () => {
  expect(diff([file('x')], [file('x', { path: 'db/rp/cpu/other.parquet', id: 9 })])).toEqual([])
})

test('the same rows in other files are told apart from rows that differ', () => {
  const [a, b] = [
    [file('x'), file('y', { day: 2 }), file('s')],
    [file('xy', { day: 2 }), file('s')],
  ]
  expect(diff(a, b)).toEqual([{ same: 1, differ: false, a: ['x', 'y'], b: ['xy'] }])
  expect(diff(a, b, [2])).toEqual([{ same: 1, differ: true, a: ['x', 'y'], b: ['xy'] }])
  // The day that differs lies in a file that both have: deletes or rows in memory.
  expect(diff(a, b, [5])[0]?.differ).toBe(false)
})

test('a file with hidden rows is not the one without', () => {
  expect(diff([file('x')], [file('x', { hidden: 1 })])).toEqual([{ same: 0, differ: false, a: ['x'], b: ['x'] }])
})

test('each table and bucket is for itself, and only what reaches into the time that is asked for counts', () => {
  const a = [file('x'), file('m', { measurement: 'mem' }), file('n', { bucket: '1970-01-08T00:00:00Z', day: 8 })]
  expect(diff(a, []).map((each) => each.a)).toEqual([['x'], ['n'], ['m']])
  expect(diff(a, [], [], { startNs: 3n * DAY, endNs: 9n * DAY }).map((each) => each.a)).toEqual([['n']])
})
