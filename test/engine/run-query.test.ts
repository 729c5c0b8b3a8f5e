import { expect, test } from 'vitest'
import type { QueryEvent } from '../../src/engine/query/result.js'
import { RunningQueries } from '../../src/engine/query/running-queries.js'
import { runQuery } from '../../src/engine/run-query.js'
import { type AskOptions, ask, requestOf } from './query/ask.js'
import { MemoryDatabase } from './query/memory-database.js'

function testDatabase(): MemoryDatabase {
  const database = new MemoryDatabase()
  database.write('db', 'm,host=a f=1,s="x" 1000000000\nm,host=b f=2 2000000000\nm,host=c f=3 61000000000')
  return database
}

async function events(text: string, options: AskOptions = {}): Promise<QueryEvent[]> {
  const catalog = testDatabase()
  const stage = {
    catalog,
    writer: catalog,
    queries: new RunningQueries(() => 0),
    randomBytes: (count: number) => new Uint8Array(count),
  }
  const all: QueryEvent[] = []
  for await (const event of runQuery(requestOf(text, options), stage)) all.push(event)
  return all
}

async function errors(text: string, options: AskOptions = {}): Promise<(string | null)[]> {
  return (await events(text, options)).flatMap((event) => (event.kind === 'statement-end' ? [event.error] : []))
}

test('a parse error is thrown before anything runs', async () => {
  await expect(events('SELECT f FROM m; SELEC')).rejects.toThrow(/^error parsing query: found SELEC/)
})

test('the statements after a failed one are reported as not executed, under its number', async () => {
  const ends = (await events('SELECT f FROM m; SELECT mean(s) FROM m; SELECT f FROM m; SELECT f FROM m')).filter(
    (event) => event.kind === 'statement-end',
  )
  expect(ends.map(({ statementId, error }) => [statementId, error])).toEqual([
    [0, null],
    [1, 'unsupported mean iterator type: *query.stringInterruptIterator'],
    [1, 'not executed'],
    [1, 'not executed'],
  ])
})

test('a statement that writes warns in a read-only context, a failed one does not', async () => {
  const [created] = await events('CREATE DATABASE x', { isReadOnlyContext: true })
  expect(created).toMatchObject({
    messages: [
      {
        level: 'warning',
        text: "deprecated use of 'CREATE DATABASE x' in a read only context, please use a POST request instead",
      },
    ],
  })
  const [failed] = await events('CREATE RETENTION POLICY p ON nosuch DURATION 1d REPLICATION 1', {
    isReadOnlyContext: true,
  })
  expect(failed).toMatchObject({ messages: [] })
})

test('limits are refused in the words of InfluxDB', async () => {
  expect(await errors('SELECT f FROM m', { limits: { maxSelectSeries: 2 } })).toEqual([
    'max-select-series limit exceeded: (3/2)',
  ])
  const buckets = 'SELECT mean(f) FROM m WHERE time >= 0 AND time < 1m GROUP BY time(10s)'
  expect(await errors(buckets, { limits: { maxSelectBuckets: 3 } })).toEqual([
    'max-select-buckets limit exceeded: (6/3)',
  ])
  expect(await errors('SELECT f FROM m', { limits: { maxSelectPoint: 2 } })).toEqual([
    'max-select-point limit exceeed: (3/2)',
  ])
})

test('without a lower time bound the bucket limit leaves the last buckets', async () => {
  const text = 'SELECT count(f) FROM m WHERE time < 70s GROUP BY time(10s)'
  const answer = await ask(testDatabase(), text, { limits: { maxSelectBuckets: 2 } })
  expect(answer).toContain('"values":[[60000000000,1]]')
})

test('an aborted query ends as interrupted, one out of time as timed out', async () => {
  const aborted = AbortSignal.abort()
  expect(await errors('SELECT f FROM m', { signal: aborted })).toEqual(['query interrupted'])
  const buckets = 'SELECT mean(f) FROM m WHERE time >= 0 AND time < 3000d GROUP BY time(1s)'
  expect(await errors(buckets, { limits: { timeoutMs: 20 } })).toEqual(['query-timeout limit exceeded'])
})

test('a long series comes in frames, all but the last partial', async () => {
  const frames = (await events('SELECT mean(f) FROM m WHERE time >= 0 AND time < 20000s GROUP BY time(1s)')).flatMap(
    (event) => (event.kind === 'frame' ? [event.frame] : []),
  )
  expect(frames.map(({ rowCount, isPartial }) => [rowCount, isPartial])).toEqual([
    [8192, true],
    [8192, true],
    [3616, false],
  ])
})
