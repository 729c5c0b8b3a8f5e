import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Duckdb } from '../../../src/engine/sql/duckdb.js'
import { openTestEngine, type TestEngine } from '../open-test-engine.js'

let db: TestEngine

beforeEach(async () => {
  db = await openTestEngine({ narrowRowCountMax: 0 })
  await db.write('m,host=a v=1 1\nm,host=b v=2 2')
})

afterEach(async () => {
  vi.restoreAllMocks()
  await db.remove()
})

/** The `index`-th time that rows go to DuckDB, its memory does not suffice. Resolves with the instance afterwards. */
function failAppend(index: number): () => Duckdb {
  const { append } = Duckdb.prototype
  let failed: Duckdb | null = null
  let count = 0
  vi.spyOn(Duckdb.prototype, 'append').mockImplementation(function (this: Duckdb, table, types, work) {
    if (count++ !== index) return append.call(this, table, types, work)
    failed = this
    return Promise.reject(new Error('no room in a test'))
  })
  return () => failed as unknown as Duckdb
}

async function tablesIn(duckdb: Duckdb): Promise<number> {
  const sql = 'SELECT count(*)::BIGINT FROM duckdb_tables()'
  for await (const { columns } of duckdb.stream(sql, [], ['integer'], null)) return Number(columns[0].values[0])
  return -1
}

test.each([0, 1])('a flush that fails at its %i. append leaves no table behind', async (index) => {
  const failed = failAppend(index)
  await expect(db.engine.flush()).rejects.toThrow('no room')
  expect(await tablesIn(failed())).toBe(0)
  await db.engine.flush()
  expect(await db.ask('SELECT sum(v) FROM m')).toEqual(['m | time=0 sum=3'])
})

test('nor does a query that fails', async () => {
  await db.engine.flush()
  const failed = failAppend(0)
  await expect(db.ask('SELECT v FROM m')).rejects.toThrow('no room')
  expect(await tablesIn(failed())).toBe(0)
  expect(await db.ask('SELECT v FROM m')).toHaveLength(2)
})
