import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type DoneSlice, doneSlices, Journal, readJournal } from '../../../src/operations/backfill/journal.js'
import { StateDirectory } from '../../../src/operations/backfill/state-directory.js'
import { ownIdentity } from '../../../src/operations/process-identity.js'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hyperbyte-journal-'))
})

afterEach(() => rmSync(folder, { recursive: true }))

function slice(measurement: string, startNs: bigint, endNs: bigint): DoneSlice {
  return {
    retentionPolicy: 'rp',
    measurement,
    startNs,
    endNs,
    rowCount: 1,
    pointCount: 2,
    rejectedCount: 0,
    elapsedMs: 3,
  }
}

test('what was appended is there again, and a line that was cut off is not', () => {
  const path = join(folder, 'journal.jsonl')
  const first = Journal.open(path)
  first.append({ kind: 'done', ...slice('m', -(2n ** 62n), 5n) })
  first.close()
  appendFileSync(path, '{"kind":"done","retentionPolicy":"rp","meas')
  expect(doneSlices(readJournal(path))).toMatchObject([{ measurement: 'm', startNs: -(2n ** 62n), endNs: 5n }])
  const second = Journal.open(path)
  second.append({ kind: 'done', ...slice('n', 0n, 5n) })
  second.close()
  expect(doneSlices(readJournal(path)).map(({ measurement }) => measurement)).toEqual(['m', 'n'])
})

test('what is to be done again is not done', () => {
  const entries = [
    { kind: 'done', ...slice('m', 0n, 10n) },
    { kind: 'done', ...slice('m', 10n, 20n) },
    { kind: 'done', ...slice('n', 0n, 10n) },
    { kind: 'redo', retentionPolicy: 'rp', measurement: 'm', startNs: 12n, endNs: 13n },
    { kind: 'done', ...slice('n', 10n, 20n) },
  ] as const
  expect(doneSlices(entries).map(({ measurement, startNs }) => [measurement, startNs])).toEqual([
    ['m', 0n],
    ['n', 0n],
    ['n', 10n],
  ])
})

test('two cannot work with one state, a dead one leaves it free', () => {
  const state = new StateDirectory(folder)
  const unlock = state.lock()
  expect(() => new StateDirectory(folder).lock()).toThrow(`process ${process.pid} on ${hostname()} is working with`)
  unlock()
  writeFileSync(join(folder, 'lock'), JSON.stringify({ ...ownIdentity(), pid: 2147483646 }))
  state.lock()()
  expect(readdirSync(folder)).toEqual([])
})

test.each([
  ['of another machine', JSON.stringify({ ...ownIdentity(), host: 'elsewhere' })],
  ['that cannot be read', ''],
])('a lock %s stays, and the message says how to remove it', (_, text) => {
  const path = join(folder, 'lock')
  writeFileSync(path, text)
  expect(() => new StateDirectory(folder).lock()).toThrow(`if it no longer runs, remove ${path}`)
  expect(readFileSync(path, 'utf8')).toBe(text)
})
