import { createServer, type Server } from 'node:http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { SubscriptionService } from '../../../../src/daemon/services/subscriptions/subscription-service.js'
import { openTestEngine, type TestEngine } from '../../../engine/open-test-engine.js'
import { listen } from '../../../support/listen.js'

let db: TestEngine
let server: Server
let service: SubscriptionService
let url: string
const received: string[] = []

beforeEach(async () => {
  received.length = 0
  db = await openTestEngine()
  server = createServer(async (req, res) => {
    let body = ''
    for await (const piece of req) body += piece
    received.push(`${new URL(req.url ?? '', 'http://h').searchParams.get('rp')}: ${body.trimEnd()}`)
    res.writeHead(204).end()
  })
  url = await listen(server)
  service = new SubscriptionService(
    db.engine,
    {
      timeoutMs: 60_000,
      isCertificateChecked: true,
      queuedWriteCountMax: 10,
      queuedBytesMax: 2 ** 20,
      concurrentWriteCountMax: 1,
    },
    { info: () => {}, warn: () => {}, error: () => {} },
  )
})

afterEach(async () => {
  await service.close()
  await new Promise((resolve) => server.close(resolve))
  await db.remove()
})

test('what is written is handed on with its policy and exact values, from requests and from INTO', async () => {
  await db.ask(`CREATE SUBSCRIPTION s ON db.autogen DESTINATIONS ALL '${url}'`)
  await db.ask('CREATE RETENTION POLICY other ON db DURATION INF REPLICATION 1')
  await db.write('m,b=2,a=x\\ y v=1.5,i=9007199254740993i,s="q\\"\\\\",t=true 7')
  await db.write('m v=2 8', 'db', 'other')
  await db.ask('SELECT i INTO copy FROM m WHERE time = 7')
  await service.close()
  expect(received).toEqual([
    'autogen: m,a=x\\ y,b=2 v=1.5,i=9007199254740993i,s="q\\"\\\\",t=true 7',
    'autogen: copy i=9007199254740993i 7',
  ])
})

test('points that were refused are not handed on', async () => {
  await db.ask(`CREATE SUBSCRIPTION s ON db.autogen DESTINATIONS ALL '${url}'`)
  await db.write('m v=1 1')
  await expect(db.write('m v=1i 2\nm v=3 3')).rejects.toThrow('field type conflict')
  await service.close()
  expect(received).toEqual(['autogen: m v=1 1', 'autogen: m v=3 3'])
})

test('a dropped subscription gets nothing more', async () => {
  await db.ask(`CREATE SUBSCRIPTION s ON db.autogen DESTINATIONS ALL '${url}'`)
  await db.ask('DROP SUBSCRIPTION s ON db.autogen')
  await db.write('m v=1 1')
  await service.close()
  expect(received).toEqual([])
  expect(service.counts()).toEqual([])
})

test('subscriptions survive a restart, go with their policy, and are counted', async () => {
  await db.ask(`CREATE SUBSCRIPTION s ON db.autogen DESTINATIONS ANY '${url}', 'udp://127.0.0.1:9'`)
  await db.write('m v=1 1')
  while (received.length === 0) await new Promise((resolve) => setTimeout(resolve, 1))
  expect(service.counts()).toMatchObject([{ database: 'db', subscription: { name: 's' }, droppedPointCount: 0 }])
  expect(service.offeredWriteCount).toBe(1)
  await service.close()
  db = await db.reopen()
  expect(await db.ask('SHOW SUBSCRIPTIONS')).toEqual([
    `db | retention_policy=autogen name=s mode=ANY destinations=${url}\nudp://127.0.0.1:9`,
  ])
  await db.ask('DROP RETENTION POLICY autogen ON db')
  expect(await db.ask('SHOW SUBSCRIPTIONS')).toEqual([])
})
