import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { StateDirectory } from '../../../src/operations/backfill/state-directory.js'
import { ownIdentity } from '../../../src/operations/process-identity.js'

let directory: string
let lock: string

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'hyperbyte-state-'))
  lock = path.join(directory, 'lock')
})

afterEach(() => {
  vi.restoreAllMocks()
  rmSync(directory, { recursive: true })
})

test('one process at a time, and one that was killed is no process', () => {
  writeFileSync(lock, JSON.stringify({ ...ownIdentity(), processStart: '1' }))
  const unlock = new StateDirectory(directory).lock()
  expect(() => new StateDirectory(directory).lock()).toThrow(`process ${process.pid}`)
  unlock()
  expect(readdirSync(directory)).toEqual([])
})

test('of two that find the lock of a killed process, one gives way to the other', () => {
  writeFileSync(lock, JSON.stringify({ ...ownIdentity(), pid: 12_345_678 }))
  // The other comes while this one looks whether the process still runs.
  vi.spyOn(process, 'kill').mockImplementationOnce(() => {
    writeFileSync(lock, JSON.stringify(ownIdentity()))
    throw Object.assign(new Error('kill ESRCH'), { code: 'ESRCH' })
  })
  expect(() => new StateDirectory(directory).lock()).toThrow(`process ${process.pid}`)
  expect(JSON.parse(readFileSync(lock, 'utf8'))).toEqual(ownIdentity())
  expect(readdirSync(directory)).toEqual(['lock'])
})
