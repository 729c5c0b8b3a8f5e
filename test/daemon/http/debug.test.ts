import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { DebugDocuments, DebugMergeJob } from '../../../src/client/debug-documents.js'
import type { Engine } from '../../../src/engine/index.js'
import { openTestEngine, type TestEngine } from '../../engine/open-test-engine.js'
import { openServerFor, type TestServer } from './open-test-server.js'

let database: TestEngine
let server: TestServer<Engine>

beforeEach(async () => {
  database = await openTestEngine()
})

afterEach(async () => {
  await server.server.close()
  await database.remove()
})

test('only an admin may look into the server', async () => {
  await database.ask(`CREATE USER root WITH PASSWORD 'p' WITH ALL PRIVILEGES`, '')
  await database.ask(`CREATE USER reader WITH PASSWORD 'p'; GRANT ALL ON db TO reader`, '')
  server = await openServerFor(database.engine, { isAuthEnabled: true })
  const statusFor = async (user: string) => {
    const authorization = `Basic ${Buffer.from(`${user}:p`).toString('base64')}`
    return (await server.send('GET', '/api/v1/debug/manifest', { headers: user === '' ? {} : { authorization } }))
      .status
  }
  expect([await statusFor(''), await statusFor('reader'), await statusFor('root')]).toEqual([401, 403, 200])
})

test.each([
  ['GET', 'manifest', 200],
  ['POST', 'manifest', 405],
  ['GET', 'compact', 405],
  ['POST', 'compact', 200],
  ['POST', 'compact?start=x', 400],
  ['GET', 'merges?end=1.5', 400],
  ['GET', 'nonsense', 404],
  ['GET', 'constructor', 404],
  ['GET', 'verify?id=x', 400],
  ['GET', 'verify?id=99', 200],
  ['GET', 'log?from=x', 400],
  ['GET', 'messages?start=x', 400],
  ['GET', 'messages', 200],
  ['GET', 'configuration', 200],
  ['GET', 'log?from=1&count=x', 400],
  ['GET', 'plan?q=SELEC', 400],
  ['GET', 'plan?q=SHOW+DATABASES&analyze=true', 400],
  ['GET', 'plan?q=SELECT+v+FROM+m&db=db&analyze=true', 200],
] as const)('%s %s answers with %i', async (method, name, status) => {
  server = await openServerFor(database.engine)
  expect((await server.send(method, `/api/v1/debug/${name}`)).status).toBe(status)
})

async function askDebug<T>(method: string, target: string): Promise<T> {
  const { status, text } = await server.send(method, `/api/v1/debug/${target}`)
  expect(status, text).toBe(200)
  return JSON.parse(text) as T
}

const WEEK_NS = 604_800_000_000_000

/** Begins a job and asks until it has ended. */
async function compact(query: string): Promise<DebugMergeJob> {
  const { job } = await askDebug<DebugDocuments['compact']>('POST', `compact?${query}`)
  expect(job).toMatchObject({ state: 'running', ended: null })
  for (;;) {
    const { jobs } = await askDebug<DebugDocuments['compaction']>('GET', `compaction?id=${job.id}`)
    if (jobs[0].state !== 'running') return jobs[0]
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

test('merges are previewed and done for the tables and the time that are asked for', async () => {
  server = await openServerFor(database.engine)
  for (const value of [1, 2]) {
    await database.write(`cpu v=${value} ${value}\ncpu v=${value} ${2 * WEEK_NS + value}\nmem v=${value} ${value}`)
    await database.engine.flush()
  }
  const plannedFor = async (query: string) => {
    const { merges } = await askDebug<DebugDocuments['merges']>('GET', `merges?${query}`)
    return merges.map(({ measurement, bucket }) => `${measurement} ${bucket.slice(0, 10)}`)
  }
  expect(await plannedFor('measurement=mem')).toEqual(['mem 1969-12-29'])
  expect(await plannedFor(`db=db&start=${WEEK_NS}`)).toEqual(['cpu 1970-01-12'])
  expect(await plannedFor(`measurement=cpu&end=${WEEK_NS}`)).toEqual(['cpu 1969-12-29'])
  expect(await plannedFor('db=other')).toEqual([])

  const done = await compact(`start=${WEEK_NS}`)
  expect(done).toMatchObject({ state: 'done', merge_count: 1, failures: [] })
  expect(done.merges).toMatchObject([{ measurement: 'cpu', rows: 2, written_file: expect.any(String) }])
  expect(done.written_bytes).toBeGreaterThan(0)
  expect(await compact(`start=${WEEK_NS}`)).toMatchObject({ state: 'done', merge_count: 0 })
  expect(await plannedFor('')).toEqual(['cpu 1969-12-29', 'mem 1969-12-29'])
})

test('a job does several merges at a time, is listed, and can be cancelled', async () => {
  server = await openServerFor(database.engine)
  for (const value of [1, 2]) {
    await database.write(['a', 'b', 'c', 'd'].map((name) => `${name} v=${value} ${value}`).join('\n'))
    await database.engine.flush()
  }
  expect((await askDebug<DebugDocuments['merges']>('GET', 'merges')).jobs_max).toBe(2)
  const job = await compact('jobs=64&db=db')
  expect(job).toMatchObject({ state: 'done', jobs: 2, merge_count: 4 })
  expect(
    (await askDebug<DebugDocuments['compaction']>('GET', `compaction?after=3&id=${job.id}`)).jobs[0].merges,
  ).toHaveLength(1)
  const { status, text } = await server.send('GET', '/api/v1/jobs')
  expect([status, JSON.parse(text).jobs.at(-1)]).toMatchObject([200, { id: job.id, kind: 'compaction', state: 'done' }])
  expect((await askDebug<DebugDocuments['compact']>('POST', `compact?cancel=${job.id}`)).job.state).toBe('done')
  expect((await server.send('POST', '/api/v1/debug/compact?cancel=99')).status).toBe(400)
})

test('a merge that fails is told, and the others are done', async () => {
  server = await openServerFor(database.engine)
  for (const value of [1, 2]) {
    await database.write(`cpu v=${value} ${value}\nmem v=${value} ${value}`)
    await database.engine.flush()
  }
  // Trusted since it was written: only a start looks at it again.
  database = await database.reopen()
  await server.server.close()
  const [bad] = database.engine.inspection.files().filter(({ file }) => file.table.measurement === 'cpu')
  const file = path.join(database.dataDir, 'data', bad.file.path)
  writeFileSync(file, readFileSync(file).fill(7, 10, 20))
  server = await openServerFor(database.engine)
  const job = await compact('')
  expect(job).toMatchObject({ state: 'failed', merge_count: 1, failures: [{ measurement: 'cpu', code: 'corrupt' }] })
  const { buckets } = await askDebug<DebugDocuments['buckets']>('GET', 'buckets?measurement=cpu')
  expect(buckets).toMatchObject([{ files: 2, verdict: 'early', merging: false }])
  expect(buckets[0].retry_s).toBeGreaterThan(200)
})

test('every bucket says why it is merged or not', async () => {
  server = await openServerFor(database.engine)
  for (const value of [1, 2]) {
    await database.write(`cpu v=${value} ${value}${value === 1 ? `\nmem v=1 1` : ''}`)
    await database.engine.flush()
  }
  const { buckets } = await askDebug<DebugDocuments['buckets']>('GET', 'buckets')
  expect(buckets).toMatchObject([
    { measurement: 'cpu', verdict: 'early', reason: 'level', merge_files: 2, levels: [{ level: 0, files: 2 }] },
    { measurement: 'mem', verdict: 'single', reason: null, merge_files: 0, at_rest: false },
  ])
  expect(buckets.map(({ idle_s, rest_s }) => idle_s !== null && idle_s < rest_s)).toEqual([true, true])
})

test('an analysis has the SQL of its own statement, whatever else runs', async () => {
  await database.remove()
  database = await openTestEngine({ narrowRowCountMax: 0 })
  server = await openServerFor(database.engine)
  await database.write('cpu v=1 1\nmem w=1 1')
  const plan = (text: string) =>
    askDebug<DebugDocuments['plan']>('GET', `plan?db=db&analyze=true&q=${encodeURIComponent(text)}`)
  const [mine, other] = await Promise.all([
    plan('SELECT max(v) FROM cpu'),
    plan('SELECT w FROM mem; SELECT sum(w) FROM (SELECT w FROM mem)'),
    ...Array.from({ length: 5 }, () => database.ask('SELECT w FROM mem')),
  ])
  expect(mine.analysis?.sql).toHaveLength(1)
  expect(mine.analysis?.sql[0]).toMatchObject({ text: expect.stringContaining('max('), rows: 1 })
  expect(mine.analysis?.sql[0].ms).toBeLessThanOrEqual(mine.analysis?.running_ms ?? 0)
  expect(other.analysis?.sql).toHaveLength(2)
})

test('cardinality tells how many series are new, who wrote them, and their largest values', async () => {
  const startMs = Date.now()
  server = await openServerFor(database.engine)
  const body = 'cpu,host=a,dc=x v=1\ncpu,host=b,dc=x v=1\nmem,host=a v=1'
  await server.send('POST', '/write?db=db', { body })
  await server.send('POST', '/write?db=db', { body: 'cpu,host=a,dc=x v=2' })
  const { since, measurements } = await askDebug<DebugDocuments['cardinality']>('GET', 'cardinality?values=1')
  expect(Date.parse(since!)).toBeGreaterThanOrEqual(startMs)
  expect(Date.parse(since!)).toBeLessThanOrEqual(Date.now())
  expect(measurements).toEqual([
    {
      database: 'db',
      measurement: 'cpu',
      series: 2,
      tags: [
        { key: 'dc', values: 1 },
        { key: 'host', values: 2 },
      ],
      created: 2,
      writers: [{ client: '127.0.0.1', created: 2, rows: 3 }],
      top_values: [
        { key: 'dc', value: 'x', series: 2 },
        { key: 'host', value: 'a', series: 1 },
        { key: 'host', value: 'b', series: 1 },
      ],
    },
    expect.objectContaining({ measurement: 'mem', created: 1, top_values: null }),
  ])
  const one = await askDebug<DebugDocuments['cardinality']>('GET', 'cardinality?db=db&measurement=mem')
  expect(one.measurements).toHaveLength(1)
})

test('records of the log are listed by their type', async () => {
  server = await openServerFor(database.engine)
  await database.write('cpu v=1 1')
  await database.ask('DELETE FROM cpu WHERE time = 1')
  await database.write('cpu v=2 2')
  const typesOf = async (query: string) =>
    (await askDebug<DebugDocuments['log']>('GET', `log?${query}`)).listed.map(({ type }) => type)
  expect(await typesOf('count=10')).toEqual(['points', 'delete', 'points'])
  expect(await typesOf('count=10&type=delete')).toEqual(['delete'])
  expect(await typesOf('count=1&type=points&from=2')).toEqual(['points'])
})

test('a file that has been merged meanwhile is gone, not bad', async () => {
  server = await openServerFor(database.engine)
  await database.write('cpu v=1 1')
  await database.engine.flush()
  const [{ file }] = database.engine.inspection.files()
  const verify = () => askDebug<DebugDocuments['verify']>('GET', `verify?id=${file.id}`)
  expect(await verify()).toEqual({ id: file.id, fault: null, gone: false })
  await database.ask('DROP MEASUREMENT cpu')
  expect(await verify()).toEqual({ id: file.id, fault: null, gone: true })
})

test('statements are counted anew when somebody says so', async () => {
  server = await openServerFor(database.engine)
  const shapes = async () => JSON.parse((await server.send('GET', '/api/v1/statements')).text).statements
  await database.ask('SHOW DATABASES')
  expect((await shapes()).length).toBeGreaterThan(0)
  expect((await server.send('POST', '/api/v1/statements/forget')).status).toBe(200)
  expect(await shapes()).toEqual([])
})
