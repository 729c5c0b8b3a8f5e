import { expect, test } from 'vitest'
import { parseQuery } from '../../../../src/engine/influxql/parse-query.js'
import { type MetaStatement, runMetaStatement } from '../../../../src/engine/query/run-meta-statement.js'
import { RunningQueries } from '../../../../src/engine/query/running-queries.js'
import { MemoryCatalog } from '../memory-catalog.js'

const POLICY = { name: 'autogen', durationNs: 0n, shardGroupDurationNs: 604_800_000_000_000n, replication: 1 }

async function openCatalog(): Promise<MemoryCatalog> {
  const catalog = new MemoryCatalog()
  await catalog.applyMeta({ kind: 'create-database', name: 'd', policy: POLICY })
  const policy = { ...POLICY, name: 'long' }
  await catalog.applyMeta({ kind: 'create-retention-policy', database: 'd', policy, isDefault: false })
  catalog.write(
    'd',
    'autogen',
    'm,host=old,zone=z v=1 100\nm,host=new v=1 200\nm,host=text v="a" 200\nm,host=text v=1 90',
  )
  catalog.write('d', 'long', 'm,host=kept v=1 200')
  return catalog
}

/** All values of the answer, row by row. */
async function ask(text: string): Promise<string[]> {
  const catalog = await openCatalog()
  const [statement] = parseQuery(text, null)
  const context = {
    catalog,
    writer: catalog,
    database: 'd',
    retentionPolicy: '',
    nowNs: 1000n,
    authorizer: null,
    randomBytes: () => new Uint8Array(0),
    queries: new RunningQueries(() => 0),
    signal: new AbortController().signal,
  }
  const rows: string[] = []
  for await (const { columns, rowCount } of runMetaStatement(statement as MetaStatement, context)) {
    for (let row = 0; row < rowCount; row++) rows.push(columns.map(({ column }) => column.values[row]).join(' '))
  }
  return rows
}

test('tag values under a bound on time are those of series with a point in it, in any policy', async () => {
  expect(await ask('SHOW TAG VALUES WITH KEY = host WHERE time > 150')).toEqual(['host kept', 'host new', 'host text'])
  expect(await ask('SHOW TAG VALUES WITH KEY = host WHERE time > 95 AND time <= 100')).toEqual(['host old'])
  expect(await ask("SHOW TAG VALUES WITH KEY = host WHERE time > 150 AND host != 'new'")).toEqual([
    'host kept',
    'host text',
  ])
})

test('tag keys under a bound on time are those of series with a point in it', async () => {
  expect(await ask('SHOW TAG KEYS WHERE time > 150')).toEqual(['host'])
  expect(await ask('SHOW TAG KEYS WHERE time < 150')).toEqual(['host', 'zone'])
  expect(await ask('SHOW TAG KEYS WHERE time > now()')).toEqual([])
})

test('series under a bound on time are those of the asked policy with a point in it', async () => {
  expect(await ask('SHOW SERIES WHERE time > 150')).toEqual(['m,host=new', 'm,host=text'])
  expect(await ask('SHOW SERIES FROM long.m WHERE time > 150')).toEqual(['m,host=kept'])
})
