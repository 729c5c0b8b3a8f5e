/** Continuous queries, subscriptions and KILL QUERY with the built server, as its users meet them. */

import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ServerProcess } from '../../conformance/harness/server-process.js'
import { isHyperbyteBuilt, startHyperbyte } from '../../conformance/hyperbyte.js'

let folder: string
let server: ServerProcess | null = null

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'services-'))
})

afterEach(async () => {
  await server?.stop()
  server = null
  rmSync(folder, { recursive: true, force: true })
})

async function start(): Promise<void> {
  await server?.stop()
  server = await startHyperbyte({ folder, env: { HYPERBYTE_CONTINUOUS_QUERIES_RUN_INTERVAL: '200ms' } })
}

function url(place: string): string {
  return `http://127.0.0.1:${server?.port}${place}`
}

async function query(text: string): Promise<string> {
  const answer = await fetch(url('/query?db=db'), { method: 'POST', body: new URLSearchParams({ q: text }) })
  return answer.text()
}

async function write(lines: string): Promise<void> {
  const answer = await fetch(url('/write?db=db'), { method: 'POST', body: lines })
  expect(answer.status).toBe(204)
}

async function lastRun(): Promise<{ lastRun: string | null; okCount: number; lastError: string | null }> {
  const answer = await fetch(url('/api/v1/continuous-queries'))
  const { continuousQueries } = (await answer.json()) as { continuousQueries: [Awaited<ReturnType<typeof lastRun>>] }
  return continuousQueries[0]
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 50))
}

test.runIf(isHyperbyteBuilt)('a continuous query runs by itself, and goes on after a restart', async () => {
  await start()
  await query('CREATE DATABASE db')
  await query('CREATE CONTINUOUS QUERY q ON db BEGIN SELECT count(v) INTO counts FROM m GROUP BY time(1s) END')
  await write('m v=1')
  await until(async () => (await query('SELECT sum(count) FROM counts')).includes('"sum"'))
  const before = await lastRun()
  expect(before).toMatchObject({ lastError: null })
  await start()
  const after = await lastRun()
  expect(after.okCount).toBeGreaterThanOrEqual(before.okCount)
  expect(Date.parse(after.lastRun ?? '')).toBeGreaterThanOrEqual(Date.parse(before.lastRun ?? ''))
  await write('m v=2')
  await until(async () => (await query('SELECT sum(count) FROM counts')).includes(',2]'))
})

test.runIf(isHyperbyteBuilt)('what is written reaches the destination of a subscription', async () => {
  const received: string[] = []
  const receiver = createServer(async (req, res) => {
    let body = ''
    for await (const piece of req) body += piece
    received.push(`${req.url} ${body}`)
    res.writeHead(204).end()
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  const { port } = receiver.address() as AddressInfo
  await start()
  await query('CREATE DATABASE db')
  await query(`CREATE SUBSCRIPTION s ON db.autogen DESTINATIONS ALL 'http://127.0.0.1:${port}'`)
  await write('m,b=2,a=1 v=1i 7')
  await until(async () => received.length > 0)
  expect(received).toEqual(['/write?consistency=&db=db&precision=ns&rp=autogen m,a=1,b=2 v=1i 7\n'])
  expect(await query("SHOW STATS FOR 'subscriber'")).toContain('"pointsWritten"')
  await new Promise((resolve) => receiver.close(resolve))
})

test.runIf(isHyperbyteBuilt)(
  'a heavy query ends within a second of KILL QUERY and says that it was interrupted',
  async () => {
    await start()
    await query('CREATE DATABASE db')
    for (let part = 0; part < 5; part++) {
      const lines = Array.from({ length: 50_000 }, (_, i) => `m,h=${i % 50} v=${i % 977} ${part * 50_000 + i}`)
      await write(lines.join('\n'))
    }
    const calls = Array.from({ length: 40 }, (_, i) => `percentile(v, ${i + 1}), mode(v)`).join(', ')
    const heavy = query(`SELECT ${calls} FROM m WHERE time >= 0 AND time < 250000 GROUP BY time(2ns), h fill(none)`)
    const id = await runningHeavy()
    const startMs = performance.now()
    expect(await query(`KILL QUERY ${id}`)).toBe('{"results":[{"statement_id":0}]}\n')
    expect(await heavy).toContain('"error":"query interrupted"')
    expect(performance.now() - startMs).toBeLessThan(1000)
  },
)

async function runningHeavy(): Promise<string> {
  for (;;) {
    const id = /\[(\d+),"SELECT percentile/.exec(await query('SHOW QUERIES'))?.[1]
    if (id !== undefined) return id
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
