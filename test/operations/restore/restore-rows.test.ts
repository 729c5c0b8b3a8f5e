import { readdir } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { HttpClient } from '../../../src/client/http-client.js'
import type { Target } from '../../../src/client/target.js'
import type { Engine, PointColumns } from '../../../src/engine/index.js'
import { NO_RENAMES, toSelection } from '../../../src/operations/backup/selection.js'
import {
  type RestoreRowsOptions,
  type RestoreRowsOutcome,
  restoreRows,
} from '../../../src/operations/restore/restore-rows.js'
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
  client = await HttpClient.open({
    hosts: [server.server.url],
    credentials: { kind: 'none' },
    timeoutMs: 10_000,
    authorityPem: null,
    isCertificateChecked: true,
    unixSocket: null,
  })
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
  const selection = only('db')
  await expect(restore({ selection })).rejects.toThrow(/has db \(1 measurements, 2 rows\)/)
  await restore({ selection, ifExists: 'merge' })
  expect(await target.ask('SELECT * FROM m')).toEqual([
    'm | time=1 v=1 w=1 x=7',
    'm | time=2 v=2 w=null x=null',
    'm | time=3 v=3 w=null x=null',
  ])
  const kept: string[] = []
  await restore({
    selection,
    ifExists: 'replace',
    safeguard: async (databases) => {
      kept.push(`made for ${databases}`)
      return 'there'
    },
    forgetSafeguard: async (place) => void kept.push(`forgotten ${place}`),
  })
  expect(kept).toEqual(['made for db', 'forgotten there'])
  expect(await target.ask('SELECT * FROM m')).toEqual(['m | time=1 v=1 w=1', 'm | time=2 v=2 w=null'])
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
    kind: 'server',
    name: client.name,
    query: (call) => client.query(call),
    queryText: (call) => client.queryText(call),
    write: (call) => client.write(call),
    readColumns: (call) => client.readColumns(call),
    writeColumns: async (call) => {
      if (++writeCount === 2) throw new Error('the wire broke')
      return await client.writeColumns(call)
    },
    flush: () => client.flush(),
    close: () => client.close(),
  }
  await expect(restore({ ifExists: 'merge', target: failing, jobCount: 1 })).rejects.toThrow('the wire broke')
  expect(await restore({ ifExists: 'merge', jobCount: 1 })).toMatchObject({ skippedBuckets: 1, writtenRows: 2 })
  expect(await target.ask('SELECT count(v) FROM m')).toEqual(['m | time=0 count=3'])
})
