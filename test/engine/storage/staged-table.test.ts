import { afterEach, expect, test, vi } from 'vitest'
import { Duckdb } from '../../../src/engine/sql/duckdb.js'
import { openTestEngine, type TestEngine } from '../open-test-engine.js'

let db: TestEngine

afterEach(async () => {
  vi.restoreAllMocks()
  await db.remove()
})

/** The next rows that go to DuckDB are taken back at the end, as when its memory does not suffice. */
function failNextAppend(): void {
  const { append } = Duckdb.prototype
  vi.spyOn(Duckdb.prototype, 'append').mockImplementationOnce(function (this: Duckdb, table, types, work) {
    return append.call(this, table, types, async (appender) => {
      await work(appender)
      throw new Error('Out of Memory Error: in a test')
    })
  })
}

test('rows that could not be put into DuckDB are in the answer to the next query', async () => {
  db = await openTestEngine({ narrowRowCountMax: 0 })
  await db.write('m v=1 1\nm v=2 2\nm v=4 3')
  failNextAppend()
  await expect(db.ask('SELECT sum(v) FROM m')).rejects.toThrow('Out of Memory')
  expect(await db.ask('SELECT count(v), sum(v) FROM m')).toEqual(['m | time=0 count=3 sum=7'])
})

test('so are rows that came to others, and fields that came with them', async () => {
  db = await openTestEngine({ narrowRowCountMax: 0 })
  await db.write('m v=1 1')
  expect(await db.ask('SELECT v FROM m')).toHaveLength(1)
  await db.write('m v=2,w=5 2')
  failNextAppend()
  await expect(db.ask('SELECT sum(v) FROM m')).rejects.toThrow('Out of Memory')
  expect(await db.ask('SELECT count(v), sum(v), sum(w) FROM m')).toEqual(['m | time=0 count=2 sum=3 sum_1=5'])
})
