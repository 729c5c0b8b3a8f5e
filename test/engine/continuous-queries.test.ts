import { afterEach, beforeEach, expect, test } from 'vitest'
import { openTestEngine, type TestEngine } from './open-test-engine.js'

let db: TestEngine
const NEVER = new AbortController().signal
const MINUTE = 60_000_000_000n

beforeEach(async () => {
  db = await openTestEngine()
  await db.write(Array.from({ length: 6 }, (_, i) => `cpu,host=a v=${i} ${BigInt(i) * (MINUTE / 2n)}`).join('\n'))
})

afterEach(() => db.remove())

const CREATE = 'CREATE CONTINUOUS QUERY q ON db BEGIN SELECT mean(v) INTO mean_v FROM cpu GROUP BY time(1m), host END'

async function runAt(nowNs: bigint): Promise<void> {
  await db.engine.continuousQueries.runDue(nowNs, NEVER)
}

test('a query is listed as InfluxDB prints it, can be created twice, and dropped', async () => {
  await db.ask(CREATE)
  await db.ask(CREATE.replace('1m', '60s'))
  expect(await db.ask('SHOW CONTINUOUS QUERIES')).toEqual([
    'db | name=q query=CREATE CONTINUOUS QUERY q ON db BEGIN SELECT mean(v) INTO db.autogen.mean_v ' +
      'FROM db.autogen.cpu GROUP BY time(1m), host END',
  ])
  await expect(db.ask(CREATE.replace('1m', '2m'))).rejects.toThrow('continuous query already exists')
  await db.ask('DROP CONTINUOUS QUERY q ON db')
  await db.ask('DROP CONTINUOUS QUERY q ON db')
  expect(await db.ask('SHOW CONTINUOUS QUERIES')).toEqual([])
})

test('what is due is computed and stored, and the run is told', async () => {
  await db.ask(CREATE)
  await runAt(MINUTE)
  await runAt(MINUTE + 1n)
  await runAt(2n * MINUTE + 5n)
  expect(await db.ask('SELECT * FROM mean_v')).toEqual([
    'mean_v | time=0 host=a mean=0.5',
    `mean_v | time=${MINUTE} host=a mean=2.5`,
  ])
  expect(db.engine.continuousQueries.list()).toMatchObject([
    {
      database: 'db',
      name: 'q',
      run: { lastRunNs: 2n * MINUTE, last: { startNs: MINUTE, writtenCount: 1 }, error: null, okCount: 2 },
    },
  ])
})

test('a restart remembers the last run and catches up', async () => {
  await db.ask(CREATE)
  await runAt(MINUTE)
  db = await db.reopen()
  expect(db.engine.continuousQueries.list()[0].run?.lastRunNs).toBe(MINUTE)
  await runAt(3n * MINUTE + 9n)
  expect(await db.ask('SELECT mean FROM mean_v')).toHaveLength(3)
})

test('conditions of the query stay, its own comparisons with time do not', async () => {
  await db.ask(
    "CREATE CONTINUOUS QUERY q ON db BEGIN SELECT count(v) INTO c FROM cpu WHERE (host = 'b' OR v > 0) AND time > now() - 1s GROUP BY time(1m) END",
  )
  await runAt(MINUTE)
  expect(await db.ask('SELECT * FROM c')).toEqual(['c | time=0 count=1'])
})

test('a query that fails is told, does not stop others, and is tried again when it is due next', async () => {
  await db.ask('CREATE CONTINUOUS QUERY bad ON db BEGIN SELECT nope(v) INTO x FROM cpu GROUP BY time(1m) END')
  await db.ask('CREATE CONTINUOUS QUERY raw ON db BEGIN SELECT v INTO x FROM cpu END')
  await db.ask(CREATE)
  await runAt(MINUTE)
  const runs = db.engine.continuousQueries.list().map(({ run }) => run)
  expect(runs.map((run) => run?.error)).toEqual([
    'undefined function nope()',
    'continuous queries must be aggregate queries',
    null,
  ])
  expect(runs[0]?.failCount).toBe(1)
  await runAt(2n * MINUTE)
  expect(db.engine.continuousQueries.list()[0].run?.failCount).toBe(2)
})

test('a dropped query that is created anew begins anew', async () => {
  await db.ask(CREATE)
  await runAt(MINUTE)
  await db.ask('DROP CONTINUOUS QUERY q ON db')
  await db.ask(CREATE.replace('1m', '2m'))
  expect(db.engine.continuousQueries.list()[0].run).toBeNull()
})

test('queries go with their database', async () => {
  await db.ask(CREATE)
  await db.ask('DROP DATABASE db; CREATE DATABASE db')
  expect(db.engine.continuousQueries.list()).toEqual([])
  await runAt(MINUTE)
})

test('what a query would miss is refused when it is created', async () => {
  const create = (into: string, from: string, on = 'db') =>
    db.ask(`CREATE CONTINUOUS QUERY q ON ${on} BEGIN SELECT mean(v) INTO ${into} FROM ${from} GROUP BY time(1m) END`)
  await expect(create('missing..m', 'cpu')).rejects.toThrow('database not found: missing')
  await expect(create('db.nope.m', 'cpu')).rejects.toThrow('retention policy not found: db.nope')
  await expect(create('m', 'db.nope.cpu')).rejects.toThrow('retention policy not found: db.nope')
  await expect(create('m', 'cpu', 'missing')).rejects.toThrow('database not found: missing')
})
