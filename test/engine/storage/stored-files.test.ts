import { readdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openTestEngine, type TestEngine } from '../open-test-engine.js'

let db: TestEngine
/** The only Parquet file, which nobody has read since the start. */
let file: string

beforeEach(async () => {
  const first = await openTestEngine()
  await first.write('m v=1 1')
  await first.engine.flush()
  db = await first.reopen()
  const data = path.join(db.dataDir, 'data')
  const name = (await readdir(data, { recursive: true })).find((each) => each.endsWith('.parquet'))
  file = path.join(data, String(name))
})

afterEach(() => db.remove())

test('a file that could not be read is looked at again by the next query', async () => {
  await rename(file, `${file}.away`)
  await expect(db.ask('SELECT v FROM m')).rejects.toThrow('cannot read the Parquet file')
  await rename(`${file}.away`, file)
  expect(await db.ask('SELECT v FROM m')).toHaveLength(1)
})

test('what a check of a file finds counts for queries: damage, and that it was put right', async () => {
  expect(await db.ask('SELECT v FROM m')).toHaveLength(1)
  const bytes = await readFile(file)
  const damaged = Buffer.from(bytes)
  damaged[damaged.length >>> 1] ^= 1
  await writeFile(file, damaged)
  expect(await db.engine.inspection.checkFile(1)).toContain('is damaged')
  await expect(db.ask('SELECT v FROM m')).rejects.toThrow('is damaged')
  await writeFile(file, bytes)
  expect(await db.engine.inspection.checkFile(1)).toBe(null)
  expect(await db.ask('SELECT v FROM m')).toHaveLength(1)
})
