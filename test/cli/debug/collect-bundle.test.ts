import { afterEach, beforeEach, expect, test } from 'vitest'
import { collectBundle } from '../../../src/cli/debug/collect-bundle.js'
import { debugSourceOf } from '../../../src/cli/debug/debug-source.js'
import type { HttpClient } from '../../../src/client/http-client.js'
import type { Engine } from '../../../src/engine/index.js'
import { openTestClient } from '../../client/open-test-client.js'
import { openServerFor, type TestServer } from '../../daemon/http/open-test-server.js'
import { openTestEngine, type TestEngine } from '../../engine/open-test-engine.js'

let database: TestEngine
let server: TestServer<Engine>
let client: HttpClient

beforeEach(async () => {
  database = await openTestEngine()
  await database.write('cpu,host=secret-name v=42 1')
  server = await openServerFor(database.engine, { configurationText: 'auth-secret = "(hidden)"' })
  client = await openTestClient(server.server.url)
})

afterEach(async () => {
  await client.close()
  await server.server.close()
  await database.remove()
})

test('a bundle has what the server says of itself, its configuration without secrets, and its log', async () => {
  const { files, failures } = await collectBundle(debugSourceOf(client), { version: '1', sinceNs: 0n })
  expect(failures).toEqual([])
  expect(files.map(({ name }) => name)).toEqual([
    'versions.json',
    'status.json',
    'server.json',
    'configuration.toml',
    'manifest.json',
    'merges.json',
    'buckets.json',
    'compaction.json',
    'cardinality.json',
    'types.json',
    'log.json',
    'show-stats.json',
    'show-diagnostics.json',
    'show-shards.json',
    'show-continuous-queries.json',
    'show-queries.json',
    'messages.jsonl',
    'metrics.prom',
    'top.json',
    'statements.json',
    'plans.json',
  ])
  const contentOf = (name: string) => files.find((file) => file.name === name)?.content
  expect(contentOf('configuration.toml')).toBe('auth-secret = "(hidden)"\n')
  expect(contentOf('metrics.prom')).toContain('# TYPE ')
  expect(contentOf('versions.json')).toContain(process.version)
  expect(files.map(({ content }) => content).join('')).not.toContain('secret-name')
})

test('what cannot be had is named, and the rest is there', async () => {
  const source = debugSourceOf(client)
  const partly = {
    ...source,
    ask: (async (name, params) => {
      if (name === 'types') throw new Error('no types')
      return await source.ask(name, params)
    }) as typeof source.ask,
  }
  const { files, failures } = await collectBundle(partly, { version: '1', sinceNs: 0n })
  expect(failures).toEqual(['types.json: no types'])
  expect(files.length).toBe(20)
})
