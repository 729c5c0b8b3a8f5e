import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ImportState } from '../../../src/operations/transfer/import-state.js'

let folder: string
let path: string
let file: string
let doneFile: string

const POSITION = { section: 'dml', database: 'db', retentionPolicy: '', byteCount: 7 } as const

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hyperbyte-import-state-'))
  path = join(folder, 'state')
  file = join(folder, 'a.lp')
  doneFile = join(folder, 'b.lp')
  writeFileSync(file, 'm v=1 1\nm v=2 2\n')
  writeFileSync(doneFile, 'm v=3 3\n')
  const state = new ImportState(path, 'to db')
  state.finish(doneFile)
  state.note(file, POSITION)
  state.save()
})

afterEach(() => rmSync(folder, { recursive: true }))

function reopen(aim = 'to db') {
  const state = new ImportState(path, aim)
  return { position: state.positionIn(file), isDone: state.isDone(doneFile) }
}

test('an import goes on where it was', () => {
  expect(reopen()).toEqual({ position: POSITION, isDone: true })
})

test('what went into one database has not gone into another', () => {
  expect(reopen('to another')).toEqual({ position: null, isDone: false })
})

test('a file that was written anew is read anew, others are not', () => {
  writeFileSync(file, 'm v=4 4\nm v=5 5\nm v=6 6\n')
  expect(reopen()).toEqual({ position: null, isDone: true })
  utimesSync(doneFile, 1, 1)
  expect(reopen()).toEqual({ position: null, isDone: false })
})

test('a file that changes while it is read is another one next time', () => {
  rmSync(path)
  const state = new ImportState(path, 'to db')
  expect(state.isDone(file)).toBe(false)
  writeFileSync(file, 'm v=4 4\nm v=5 5\nm v=6 6\n')
  state.finish(file)
  expect(new ImportState(path, 'to db').isDone(file)).toBe(false)
})
