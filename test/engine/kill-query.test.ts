import { afterEach, beforeEach, expect, test } from 'vitest'
import { openTestEngine, type TestEngine } from './open-test-engine.js'

let db: TestEngine

beforeEach(async () => {
  // Everything through SQL.
  db = await openTestEngine({ narrowRowCountMax: 0 })
})

afterEach(() => db.remove())

async function writeRows(count: number): Promise<void> {
  await db.write(
    Array.from({ length: count }, (_, i) => `m,host=h${i % 50} v=${i % 977},w=${i % 13} ${i + 1}`).join('\n'),
  )
  await db.engine.flush()
}

/** A cross of functions that storage has to work on for long. */
const HEAVY = `SELECT ${Array.from({ length: 40 }, (_, i) => `percentile(v, ${i + 1}), stddev(w)`).join(', ')} FROM m WHERE time >= 0 AND time < 60000 GROUP BY time(2ns), host fill(none)`

test('a killed query ends with the words of InfluxDB, and the next one runs', async () => {
  await writeRows(60_000)
  const running = db.ask(HEAVY)
  const outcome = expect(running).rejects.toThrow(/^query interrupted$/)
  while (db.engine.runningQueries().length === 0) await new Promise((resolve) => setImmediate(resolve))
  await new Promise((resolve) => setTimeout(resolve, 50))
  const [{ id }] = db.engine.runningQueries()
  expect(await db.ask(`KILL QUERY ${id}`)).toEqual([])
  await outcome
  expect(db.engine.runningQueries()).toEqual([])
  expect(await db.ask('SELECT count(v) FROM m')).toEqual(['m | time=0 count=60000'])
})

test('SHOW QUERIES lists itself', async () => {
  expect((await db.ask('SHOW QUERIES'))[0]).toMatch(
    /^ \| qid=\d+ query=SHOW QUERIES database=db duration=\d+(µs|ms|s) status=running$/,
  )
})

test('a query tells how many rows it has read and answered', async () => {
  await db.write('m v=1 1\nm v=2 2\nm v=3 3')
  const events = db.engine.query({
    text: 'SELECT v FROM m WHERE v > 1',
    database: 'db',
    retentionPolicy: '',
    params: null,
    isReadOnlyContext: false,
    nowNs: 0n,
    limits: { maxSelectPoint: 0, maxSelectSeries: 0, maxSelectBuckets: 0, maxRowLimit: 0, timeoutMs: 0 },
    authorizer: null,
    user: 'ann',
    signal: new AbortController().signal,
  })
  for await (const event of events) {
    if (event.kind !== 'frame') continue
    expect(db.engine.runningQueries()).toMatchObject([{ user: 'ann', readRowCount: 2, answeredRowCount: 2 }])
  }
})
