/** Continuous queries, subscriptions and KILL QUERY with the built server, as its users meet them. */

import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ServerProcess } from '../../conformance/harness/server-process.js'
import { isHyperbyteBuilt, startHyperbyte } from '../../conformance/hyperbyte.js'
import { listen } from '../../support/listen.js'
import { pollUntil } from '../../support/poll-until.js'

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

async function countedSum(): Promise<number> {
  const { results } = JSON.parse(await query('SELECT sum(count) FROM counts'))
  return results[0].series?.[0].values[0][1] ?? 0
}

/** Points of now: of a busy server that is late for one second, the continuous query counts those of the next. */
async function writeUntilMoreAreCounted(than: number): Promise<void> {
  const isMore = async () => {
    await write('m v=1')
    return (await countedSum()) > than
  }
  await pollUntil(isMore, () => server?.output() ?? '')
}

test.runIf(isHyperbyteBuilt)('a continuous query runs by itself, and goes on after a restart', async () => {
  await start()
  await query('CREATE DATABASE db')
  await query('CREATE CONTINUOUS QUERY q ON db BEGIN SELECT count(v) INTO counts FROM m GROUP BY time(1s) END')
  await writeUntilMoreAreCounted(0)
  const before = await lastRun()
  expect(before).toMatchObject({ lastError: null })
  await start()
  const after = await lastRun()
  expect(after.okCount).toBeGreaterThanOrEqual(before.okCount)
  expect(Date.parse(after.lastRun ?? '')).toBeGreaterThanOrEqual(Date.parse(before.lastRun ?? ''))
  await writeUntilMoreAreCounted(await countedSum())
})

test.runIf(isHyperbyteBuilt)('what is written reaches the destination of a subscription', async () => {
  const received: string[] = []
  const receiver = createServer(async (req, res) => {
    let body = ''
    for await (const piece of req) body += piece
    received.push(`${req.url} ${body}`)
    res.writeHead(204).end()
  })
  const destination = await listen(receiver)
  await start()
  await query('CREATE DATABASE db')
  await query(`CREATE SUBSCRIPTION s ON db.autogen DESTINATIONS ALL '${destination}'`)
  await write('m,b=2,a=1 v=1i 7')
  await pollUntil(
    () => received.length > 0,
    () => server?.output() ?? '',
  )
  expect(received).toEqual(['/write?consistency=&db=db&precision=ns&rp=autogen m,a=1,b=2 v=1i 7\n'])
  expect(await query("SHOW STATS FOR 'subscriber'")).toContain('"pointsWritten"')
  await new Promise((resolve) => receiver.close(resolve))
})

test.runIf(isHyperbyteBuilt)('a heavy query ends with KILL QUERY and says that it was interrupted', async () => {
  await start()
  await query('CREATE DATABASE db')
  for (let part = 0; part < 5; part++) {
    const lines = Array.from({ length: 50_000 }, (_, i) => `m,h=${i % 50} v=${i % 977} ${part * 50_000 + i}`)
    await write(lines.join('\n'))
  }
  const calls = Array.from({ length: 40 }, (_, i) => `percentile(v, ${i + 1}), mode(v)`).join(', ')
  const heavy = query(`SELECT ${calls} FROM m WHERE time >= 0 AND time < 250000 GROUP BY time(2ns), h fill(none)`)
  const id = await runningHeavy()
  expect(await query(`KILL QUERY ${id}`)).toBe('{"results":[{"statement_id":0}]}\n')
  expect(await heavy).toContain('"error":"query interrupted"')
})

async function runningHeavy(): Promise<string> {
  let listed = ''
  let id: string | undefined
  const isThere = async () => {
    listed = await query('SHOW QUERIES')
    id = /\[(\d+),"SELECT percentile/.exec(listed)?.[1]
    return id !== undefined
  }
  await pollUntil(isThere, () => listed)
  return id!
}
