import { readdir, rename, rm, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { EngineState } from '../../src/engine/engine-state.js'
import { openAt, openTestEngine, type TestEngine } from './open-test-engine.js'

let db: TestEngine
let file: string

beforeEach(async () => {
  db = await openTestEngine()
  await db.write('m v=1 1')
  await db.engine.flush()
  const data = path.join(db.dataDir, 'data')
  const names = await readdir(data, { recursive: true })
  file = path.join(data, String(names.find((name) => name.endsWith('.parquet'))))
  await utimes(file, 1000, 1000)
  await db.engine.close()
})

afterEach(async () => {
  vi.restoreAllMocks()
  await db.remove()
})

test('a file that cannot be looked at when the engine starts is not passed over', async () => {
  const day = path.dirname(file)
  await rename(day, `${day}.away`)
  // Not "no such file": who knows what is the matter.
  await writeFile(day, '')
  db = await openAt(db.dataDir, {})
  await expect(db.ask('SELECT v FROM m')).rejects.toThrow('cannot read the Parquet file')
  await rm(day)
  await rename(`${day}.away`, day)
  expect(await db.ask('SELECT v FROM m')).toHaveLength(1)
})

test('a file that was missing for a moment when the engine started is no orphan', async () => {
  const { load } = EngineState.prototype
  vi.spyOn(EngineState.prototype, 'load').mockImplementationOnce(async function (this: EngineState) {
    await rename(file, `${file}.away`)
    await load.call(this)
    await rename(`${file}.away`, file)
  })
  db = await openAt(db.dataDir, {})
  expect(await db.ask('SELECT v FROM m')).toEqual([])
  // Long enough for the search for orphans, which begins at once.
  await sleep(100)
  db = await db.reopen()
  expect(await db.ask('SELECT v FROM m')).toHaveLength(1)
})
