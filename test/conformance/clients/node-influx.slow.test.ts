/** node-influx, the client of most Node programs: databases, policies, writes, queries, errors. */

import { FieldType, InfluxDB, toNanoDate } from 'influx'
import { describe, expect, test } from 'vitest'
import { transcriptOfBoth } from '../harness/both-servers.js'
import type { ServerProcess } from '../harness/server-process.js'
import { isHyperbyteBuilt } from '../hyperbyte.js'

describe.runIf(isHyperbyteBuilt)('node-influx', () => {
  const connect = (server: ServerProcess, database = 'app') =>
    new InfluxDB({
      host: '127.0.0.1',
      port: server.port,
      database,
      schema: [
        {
          measurement: 'response_times',
          fields: { path: FieldType.STRING, took: FieldType.INTEGER, load: FieldType.FLOAT, ok: FieldType.BOOLEAN },
          tags: ['host'],
        },
      ],
    })

  async function fill(server: ServerProcess): Promise<InfluxDB> {
    const client = connect(server)
    await client.createDatabase('app')
    await client.writePoints([
      point('a', { path: '/', took: 12, load: 0.5, ok: true }, '1566000000000000001'),
      point('b', { path: '/a b,"c"', took: 90071992547409, load: -1.25, ok: false }, '1566000000000000002'),
      point('a', { path: 'größe', took: 7, load: 3, ok: true }, '1566000060000000000'),
    ])
    return client
  }

  test('points come back as they were written', async () => {
    const ours = await transcriptOfBoth(async (server) => {
      const client = await fill(server)
      const rows = await client.query('SELECT * FROM response_times')
      const groups = await client.query('SELECT mean(load) FROM response_times GROUP BY host')
      const buckets = await client.query(
        "SELECT count(took) FROM response_times WHERE time >= '2019-08-17' AND time < '2019-08-17T00:02:00Z' GROUP BY time(1m)",
      )
      const raw = await client.queryRaw('SELECT took FROM response_times', { precision: 'n' })
      const nano = rows.map((row) => (row as { time: { getNanoTime(): string } }).time.getNanoTime())
      return JSON.stringify([rows, nano, groups.groups(), buckets, raw], null, 1)
    })
    expect(ours).toContain('größe')
    expect(ours).toContain('1566000000000000002')
  })

  test('databases, policies, measurements and series', async () => {
    const ours = await transcriptOfBoth(async (server) => {
      const client = await fill(server)
      await client.createRetentionPolicy('week', { duration: '7d', replication: 1, isDefault: false })
      const before = await client.showRetentionPolicies()
      await client.alterRetentionPolicy('week', { duration: '14d', replication: 1, isDefault: false })
      const after = await client.showRetentionPolicies()
      await client.dropRetentionPolicy('week')
      const names = [await client.getDatabaseNames(), await client.getMeasurements(), await client.getSeries()]
      const ofOne = await client.getSeries({ measurement: 'response_times', database: 'app' })
      await client.dropMeasurement('response_times')
      const left = await client.getMeasurements()
      await client.dropDatabase('app')
      return JSON.stringify([before, after, names, ofOne, left, await client.getDatabaseNames()], null, 1)
    })
    expect(ours).toContain('"duration": "168h0m0s"')
  })

  test('every precision, and a policy of its own', async () => {
    const ours = await transcriptOfBoth(async (server) => {
      const client = connect(server)
      await client.createDatabase('app')
      await client.createRetentionPolicy('long', { duration: 'INF', replication: 1 })
      for (const precision of ['n', 'u', 'ms', 's', 'm', 'h'] as const) {
        const timestamp = toNanoDate('1566000000000000000')
        await client.writePoints([{ measurement: precision, fields: { v: 1 }, timestamp }], {
          precision,
          retentionPolicy: 'long',
        })
      }
      return JSON.stringify(await client.query('SELECT * FROM app.long./.*/'))
    })
    expect(JSON.parse(ours)).toHaveLength(6)
  })

  test('errors carry the text of the server', async () => {
    const ours = await transcriptOfBoth(async (server) => {
      const client = await fill(server)
      const messageOf = (running: Promise<unknown>) =>
        running.then(
          () => 'no error',
          (error: Error) => error.message,
        )
      const wrongType = point('a', { took: 1 }, '1566000000000000003')
      return [
        await messageOf(client.query('NONSENSE')),
        await messageOf(client.query('SELECT * FROM missing.autogen.m')),
        await messageOf(connect(server, 'missing').writePoints([wrongType])),
        await messageOf(new InfluxDB(`${server.url}/app`).writeMeasurement('response_times', [{ fields: { ok: 5 } }])),
        JSON.stringify((await client.ping(60_000)).map(({ online }) => online)),
      ].join('\n')
    })
    expect(ours).toContain('database not found: missing')
    expect(ours).toContain('[true]')
  })
})

function point(host: string, fields: Record<string, unknown>, nanoseconds: string) {
  return { measurement: 'response_times', tags: { host }, fields, timestamp: toNanoDate(nanoseconds) }
}
