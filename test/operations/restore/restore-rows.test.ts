import { readdir } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { HttpClient } from '../../../src/client/http-client.js'
import type { Target } from '../../../src/client/target.js'
import type { Engine, PointColumns } from '../../../src/engine/index.js'
import { NO_RENAMES, toSelection } from '../../../src/operations/backup/selection.js'
import {
  type RestoreRowsOptions,
  type RestoreRowsOutcome,
  restoreRows,
} from '../../../src/operations/restore/restore-rows.js'
import { openTestClient } from '../../client/open-test-client.js'
import { openServerFor, type TestServer } from '../../daemon/http/open-test-server.js'
import { openTestEngine, TEST_NOW_NS, type TestEngine } from '../../engine/open-test-engine.js'
import { openTestRepository, type TestRepository, testPace, withEngine } from '../backup/open-test-repository.js'

let repo: TestRepository
let target: TestEngine
let server: TestServer<Engine>
let client: HttpClient

beforeEach(async () => {
  repo = await openTestRepository()
  target = await openTestEngine()
  server = await openServerFor(target.engine)
  client = await openTestClient(server.server.url)
})

afterEach(async () => {
  await client.close()
  await server.server.close()
  await target.remove()
  await repo.remove()
})

function restore(options: Partial<RestoreRowsOptions> = {}): Promise<RestoreRowsOutcome> {
  return restoreRows({
    store: repo.store,
    choice: { kind: 'latest' },
    selection: null,
    renames: NO_RENAMES,
    isResumed: false,
    isVerified: true,
    isDryRun: false,
    jobCount: 2,
    waitLockMs: 0,
    pace: testPace(),
    withEngine,
    target: client,
    ifExists: 'fail',
    stageIn: repo.folder,
    safeguard: async () => 'nowhere',
    forgetSafeguard: async () => undefined,
    readShare: 0,
    now: () => TEST_NOW_NS,
    ...options,
  })
}

async function targetColumns(text: string): Promise<PointColumns[]> {
  const types = new Map([['u', ['unsigned' as const]]])
  const { signal } = new AbortController()
  const parts: PointColumns[] = []
  for await (const part of client.readColumns({ text, database: 'db', types, signal })) parts.push(part)
  return parts
}

function only(database: string) {
  return toSelection({ databases: [database], excluded: [], retentionPolicies: [], startNs: null, endNs: null })
}

/** A copy, to change. */
function targetOf(client: HttpClient): Target {
  return {
    kind: 'server',
    name: client.name,
    query: (call) => client.query(call),
    queryText: (call) => client.queryText(call),
    write: (call) => client.write(call),
    readColumns: (call) => client.readColumns(call),
    writeColumns: (call) => client.writeColumns(call),
    flush: () => client.flush(),
    close: () => client.close(),
  }
}

const DAY_NS = 86_400_000_000_000n

test('rows of every type come back exactly, under another name, from files and log', async () => {
  const { source } = repo
  await source.ask('CREATE RETENTION POLICY "two weeks" ON db DURATION 90000d REPLICATION 1 SHARD DURATION 1d', '')
  await source.write(String.raw`m\ 1,ta\,g=a\ b,empty=x i=9223372036854775807i,f=0.1,s="a \"q\" \\ b",b=true 1`)
  await source.write('m\\ 1 u=18446744073709551615u,f=-1e300 2')
  await source.write('types v=1i 1', 'db', 'two weeks')
  await source.engine.flush()
  // Another shard group, where the field has another type.
  await source.write(`types v=1.5 ${2n * DAY_NS}`, 'db', 'two weeks')
  await source.write('gone v=1 5')
  await source.ask('DROP MEASUREMENT gone')
  await repo.create()
  const outcome = await restore({ selection: only('db'), renames: { database: 'copy', retentionPolicy: null } })
  expect(outcome).toMatchObject({ databases: ['copy'], writtenRows: 4, expiredRows: 0 })
  for (const text of ['SELECT * FROM "m 1"', 'SHOW SERIES', 'SHOW FIELD KEYS', 'SHOW MEASUREMENTS']) {
    expect(await target.ask(text, 'copy'), text).toEqual(await source.ask(text))
  }
  expect(await target.ask('SELECT v FROM "two weeks".types', 'copy')).toEqual(
    await source.ask('SELECT v FROM "two weeks".types'),
  )
  expect(await target.ask('SHOW RETENTION POLICIES ON copy', '')).toEqual(
    await source.ask('SHOW RETENTION POLICIES ON db', ''),
  )
  expect(await readdir(repo.folder)).toEqual(['repo'])
})

test('long runs of rows keep every bit: minus zero, the ends of integers, empty texts, gaps', async () => {
  const { source } = repo
  const lines = Array.from({ length: 40 }, (_, i) => {
    const gap = i % 3 === 0 ? '' : `,gap=${i}`
    return `m,t=a f=${i % 2 === 0 ? '-0' : '5e-324'},i=${2n ** 63n - 1n - BigInt(i)}i,u=${2n ** 64n - 1n}u,s=""${gap} ${i}`
  })
  await source.write(lines.join('\n'))
  await source.engine.writeColumns({
    database: 'db',
    retentionPolicy: '',
    nowNs: TEST_NOW_NS,
    columns: [
      {
        measurement: '#odd',
        series: [[['k', 'two\nlines']]],
        seriesOfRow: null,
        rowCount: 1,
        timestamps: BigInt64Array.of(1n),
        fields: [{ name: 'end\\', type: 'float', values: Float64Array.of(-0), validity: null }],
      },
    ],
  })
  await repo.create()
  expect(await restore({ selection: only('db'), ifExists: 'merge' })).toMatchObject({ writtenRows: 41 })
  for (const text of ['SELECT * FROM m', 'SELECT * FROM "#odd" GROUP BY *', 'SHOW SERIES', 'SHOW FIELD KEYS']) {
    expect(await target.ask(text), text).toEqual(await source.ask(text))
  }
  const [points] = await targetColumns('SELECT f, u FROM m GROUP BY *')
  expect([...(points.fields[0].values as Float64Array)].slice(0, 2)).toEqual([-0, 5e-324])
  expect(points.fields[1].values[0]).toBe(2n ** 64n - 1n)
})

test('a database that is there is left alone, merged with, or replaced', async () => {
  await repo.source.write('m v=1,w=1 1\nm v=2 2')
  await repo.create()
  await target.write('m v=7,x=7 1\nm v=3 3')
  await target.ask('CREATE RETENTION POLICY other ON db DURATION INF REPLICATION 1', '')
  await target.write('m v=1 1', 'db', 'other')
  const selection = only('db')
  await expect(restore({ selection })).rejects.toThrow(/has db \(1 measurement, 3 rows\)/)
  expect(await readdir(repo.folder)).toEqual(['repo'])
  expect(await restore({ selection, ifExists: 'merge' })).toMatchObject({ replaced: false })
  expect(await target.ask('SELECT * FROM m')).toEqual([
    'm | time=1 v=1 w=1 x=7',
    'm | time=2 v=2 w=null x=null',
    'm | time=3 v=3 w=null x=null',
  ])
  const kept: string[] = []
  const planned = await restore({ selection, ifExists: 'replace', isDryRun: true })
  expect(planned).toMatchObject({ databases: ['db'], existing: 'db (1 measurement, 4 rows)', replaced: true })
  const outcome = await restore({
    selection,
    ifExists: 'replace',
    safeguard: async (databases) => {
      kept.push(`made for ${databases}`)
      return 'there'
    },
    forgetSafeguard: async (place) => void kept.push(`forgotten ${place}`),
  })
  expect(outcome.replaced).toBe(true)
  expect(kept).toEqual(['made for db', 'forgotten there'])
  expect(await target.ask('SELECT * FROM m')).toEqual(['m | time=1 v=1 w=1', 'm | time=2 v=2 w=null'])
})

test('shard groups come back whole when their policy has another shard duration by now', async () => {
  const { source } = repo
  const week = Array.from({ length: 7 }, (_, day) => `m v=${day} ${BigInt(day) * DAY_NS}`)
  await source.ask('CREATE RETENTION POLICY p ON db DURATION INF REPLICATION 1 SHARD DURATION 7d', '')
  await source.write(week.join('\n'), 'db', 'p')
  await source.ask('ALTER RETENTION POLICY p ON db SHARD DURATION 14d', '')
  await source.write(`m v=1i ${30n * DAY_NS}`, 'db', 'p')
  await source.ask('ALTER RETENTION POLICY p ON db SHARD DURATION 1d', '')
  await source.write(`m v="text" ${50n * DAY_NS}`, 'db', 'p')
  await source.engine.flush()
  await repo.create()
  expect(await restore({ selection: only('db'), ifExists: 'merge' })).toMatchObject({ writtenRows: 9 })
  for (const type of ['float', 'integer', 'string']) {
    const text = `SELECT v::${type} FROM p.m`
    expect(await target.ask(text)).toEqual(await source.ask(text))
  }
})

test('continuous queries and subscriptions come back after the rows; users are named that cannot', async () => {
  const { source } = repo
  await source.ask(
    'CREATE CONTINUOUS QUERY q ON db BEGIN SELECT mean(v) AS v INTO hourly FROM m GROUP BY time(1h) END',
    '',
  )
  await source.ask(`CREATE SUBSCRIPTION s ON db.autogen DESTINATIONS ANY 'http://127.0.0.1:1', 'udp://127.0.0.1:2'`, '')
  await source.ask(`CREATE USER one WITH PASSWORD 'x' WITH ALL PRIVILEGES`, '')
  await source.ask(`CREATE USER two WITH PASSWORD 'x'`, '')
  await target.ask(`CREATE USER two WITH PASSWORD 'y'`, '')
  await source.write('m v=1 1')
  await repo.create()
  const { leftOut } = await restore({ ifExists: 'merge' })
  expect(leftOut).toEqual([expect.stringMatching(/^user one: /)])
  for (const text of ['SHOW CONTINUOUS QUERIES', 'SHOW SUBSCRIPTIONS']) {
    expect(await target.ask(text)).toEqual(await source.ask(text))
  }
  expect((await restore({ ifExists: 'merge' })).leftOut).toEqual(leftOut)
})

test('a value that did not arrive is missed', async () => {
  await repo.source.write(`m v=1,w=1 1\nm v=2,w=2 ${2n * DAY_NS}`)
  await repo.create()
  const losing: Target = {
    ...targetOf(client),
    writeColumns: (call) => {
      const columns = call.columns.map((part) => ({ ...part, fields: part.fields.filter(({ name }) => name === 'v') }))
      return client.writeColumns({ ...call, columns })
    },
  }
  const text = /has 0 values of w in db\.autogen\.m on 1970-01-01, the set has 1/
  await expect(restore({ ifExists: 'merge', target: losing })).rejects.toThrow(text)
  // Written anew by the same restore.
  await restore({ ifExists: 'merge' })
  expect(await target.ask('SELECT v, w FROM m')).toEqual(await repo.source.ask('SELECT v, w FROM m'))
})

test('a value that arrived as another is found by reading it back', async () => {
  await repo.source.write(`m,t=a v=1,s="x" 1\nm v=-0,i=7i ${2n * DAY_NS}`)
  await repo.create()
  const changing: Target = {
    ...targetOf(client),
    writeColumns: (call) => {
      const columns = call.columns.map((part) => ({ ...part, series: [[['t', 'b'] as const]] }))
      return client.writeColumns({ ...call, columns })
    },
  }
  const to = { selection: only('db'), renames: { database: 'copy', retentionPolicy: null } }
  await expect(restore({ ...to, target: changing, readShare: 1 })).rejects.toThrow(
    /differs in copy\.autogen\.m .*: \w+ \w+, hash/,
  )
  await target.ask('DROP DATABASE copy', '')
  await restore({ ...to, readShare: 1 })
  expect(await target.ask('SELECT * FROM m', 'copy')).toEqual(await repo.source.ask('SELECT * FROM m'))
  await expect(restore({ ifExists: 'merge', readShare: 0.5 })).rejects.toMatchObject({ kind: 'usage' })
})

test('a part in time is exact', async () => {
  await repo.source.write('m v=1 1\nm v=2 2\nm v=3 3')
  await repo.create()
  const selection = toSelection({ databases: [], excluded: [], retentionPolicies: [], startNs: 2n, endNs: 3n })
  expect(await restore({ selection, ifExists: 'merge' })).toMatchObject({ writtenRows: 1 })
  expect(await target.ask('SELECT * FROM m')).toEqual(['m | time=2 v=2'])
})

test('a restore that was cut off goes on with the buckets that are missing', async () => {
  await repo.source.write(`m v=1 1\nm v=2 ${30n * DAY_NS}\nm v=3 ${60n * DAY_NS}`)
  await repo.create()
  let writeCount = 0
  const failing: Target = {
    ...targetOf(client),
    writeColumns: async (call) => {
      if (++writeCount === 2) throw new Error('the wire broke')
      return await client.writeColumns(call)
    },
  }
  await expect(restore({ ifExists: 'merge', target: failing, jobCount: 1 })).rejects.toThrow('the wire broke')
  expect(await restore({ ifExists: 'merge', jobCount: 1 })).toMatchObject({ skippedBuckets: 1, writtenRows: 3 })
  expect(await target.ask('SELECT count(v) FROM m')).toEqual(['m | time=0 count=3'])
})
