import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { HistoryFile } from '../../../src/cli/shell/history-file.js'

let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'hyperbyte-history-'))
  file = path.join(folder, 'state', 'shell_history')
})

afterEach(() => rmSync(folder, { recursive: true }))

test('lines come back in the next session, in a file for its owner alone', () => {
  const history = HistoryFile.open(file)
  history.add('show databases')
  history.add('select *\n  from cpu')
  history.add('select * from cpu')
  expect(HistoryFile.open(file).lines).toEqual(['show databases', 'select * from cpu'])
  expect(statSync(file).mode & 0o777).toBe(0o600)
})

test('a line with a password is never written', () => {
  const history = HistoryFile.open(file)
  history.add("CREATE USER ada WITH PASSWORD 'secret'")
  history.add("set password for ada = 'secret'")
  history.add('show users')
  expect(readFileSync(file, 'utf8')).toBe('show users\n')
  expect(history.lines).toEqual(['show users'])
})

test('a long file is cut to its newest lines', () => {
  writeFileSync(path.join(folder, 'long'), Array.from({ length: 2500 }, (_, i) => `show ${i}\n`).join(''))
  expect(HistoryFile.open(path.join(folder, 'long')).lines).toHaveLength(1000)
  expect(readFileSync(path.join(folder, 'long'), 'utf8').split('\n')[0]).toBe('show 1500')
})

test('a place that cannot be written to does no harm', () => {
  writeFileSync(path.join(folder, 'plain'), '')
  const history = HistoryFile.open(path.join(folder, 'plain', 'shell_history'))
  history.add('show databases')
  expect(history.lines).toEqual(['show databases'])
})
