/**
 * A disk that fills up under the server, on a small tmpfs: writes are refused with 507 and nothing acknowledged is lost,
 * queries go on, and when there is room again the server takes writes without a restart.
 */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { exchange, type HttpAnswer } from '../conformance/harness/exchange.js'
import type { ServerProcess } from '../conformance/harness/server-process.js'
import { isHyperbyteBuilt, startHyperbyte } from '../conformance/hyperbyte.js'

const DISK = '160m'
/** Left to the server when the ballast is in place: less than the log takes before its next flush. */
const ROOM_BYTES = 6 * 2 ** 20
const WRITES_MAX = 2000
const RECOVERY_MS = 120_000

const folder = mkdtempSync(path.join(tmpdir(), 'hyperbyte-full-'))
const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK}`, 'tmpfs', folder]).status === 0

afterAll(() => {
  if (isMounted) spawnSync('umount', ['-l', folder])
  rmSync(folder, { recursive: true, force: true })
})

describe.runIf(isHyperbyteBuilt && isMounted)('a full disk', () => {
  test('refuses writes, answers queries, recovers, and loses nothing', async () => {
    let server = await startHyperbyte({ folder })
    await ask(server, 'CREATE DATABASE db')
    const ballast = path.join(folder, 'ballast')
    const { bavail, bsize } = statfsSync(folder)
    writeFileSync(ballast, Buffer.alloc(bavail * bsize - ROOM_BYTES))

    let acknowledged = 0
    let refusedStatus = 0
    for (let i = 0; i < WRITES_MAX && refusedStatus === 0; i++) {
      const status = await write(server, i)
      if (status === 204) acknowledged++
      else refusedStatus = status
    }
    expect(refusedStatus).toBe(507)
    expect(acknowledged).toBeGreaterThan(0)
    expect(await write(server, WRITES_MAX)).toBe(507)
    expect(await count(server)).toBe(acknowledged)

    rmSync(ballast)
    const deadline = performance.now() + RECOVERY_MS
    let status = 507
    while (status !== 204 && performance.now() < deadline) {
      await sleep(250)
      status = await write(server, WRITES_MAX + 1)
    }
    expect(status).toBe(204)
    expect(await count(server)).toBe(acknowledged + 1)

    await server.kill()
    server = await startHyperbyte({ folder })
    expect(await count(server)).toBe(acknowledged + 1)
    await server.stop()
  })
})

/** One point with a text of 64 KiB that does not repeat. */
async function write(server: ServerProcess, i: number): Promise<number> {
  const text = Buffer.alloc(48 * 1024, i % 251)
    .toString('base64')
    .replace(/[A-Z]/g, 'x')
  const body = `big,n=${i % 5} i=${i}i,text="${text}" ${1_700_000_000_000_000_000n + BigInt(i)}`
  return (await send(server, '/write?db=db', body)).status
}

function send(server: ServerProcess, target: string, body: string): Promise<HttpAnswer> {
  return exchange(server.port, { method: 'POST', target, headers: {}, body: Buffer.from(body) })
}

async function ask(server: ServerProcess, q: string): Promise<string> {
  return (await send(server, `/query?db=db&q=${encodeURIComponent(q)}`, '')).body.toString()
}

async function count(server: ServerProcess): Promise<number> {
  const answer = JSON.parse(await ask(server, 'SELECT count(i) FROM big')) as {
    results: { series?: { values: number[][] }[] }[]
  }
  return answer.results[0].series?.[0].values[0][1] ?? 0
}
