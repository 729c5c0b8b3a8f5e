/**
 * Restores into a running server that are killed, interrupted, or lose their server for a while: run again, they end with
 * exactly what was backed up.
 *
 * HYPERBYTE_KILLS (default 6) and HYPERBYTE_SEED (default 1).
 */

import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Random } from '../conformance/harness/random.js'
import type { ServerProcess } from '../conformance/harness/server-process.js'
import { isHyperbyteBuilt, startHyperbyte } from '../conformance/hyperbyte.js'
import { openAt } from '../engine/open-test-engine.js'
import { outcomeOf, runBin, spawnBin } from '../support/built-bin.js'
import { lastingPort } from '../support/lasting-port.js'
import { pollUntil } from '../support/poll-until.js'

const KILLS = Number(process.env['HYPERBYTE_KILLS'] ?? 6)
const SEED = Number(process.env['HYPERBYTE_SEED'] ?? 1)
const WEEK_NS = 604_800_000_000_000n

describe.runIf(isHyperbyteBuilt)('restores into a running server', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'hyperbyte-restore-kills-'))
  const repo = path.join(folder, 'repo')
  const staging = path.join(folder, 'staging')
  const source = path.join(folder, 'source')
  const random = new Random(SEED)

  beforeAll(async () => {
    mkdirSync(staging)
    const { engine, ask, write } = await openAt(source, {})
    await ask('CREATE DATABASE db', '')
    for (let bucket = 0; bucket < 12; bucket++) {
      const startNs = BigInt(bucket % 4) * WEEK_NS
      const rows = Array.from({ length: 20_000 }, (_, i) => {
        const text = i % 3 === 0 ? `,s="${'x'.repeat(i % 10)}"` : ''
        return `m${bucket % 3},host=h${i % 50} f=${i * 0.7},i=${2n ** 62n + BigInt(i)}i,b=${i % 2 === 0}${text} ${startNs + BigInt(i)}`
      })
      await write(rows.join('\n'))
    }
    await engine.close()
    expect(await runBin(['backup', '--repo', repo, '--data-dir', source, '--progress', 'none'])).toMatchObject({
      exit: 0,
    })
  })

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  function restore({ url }: ServerProcess, ...more: string[]): string[] {
    return ['restore', '--repo', repo, '--host', url, '--temp-dir', staging, '--progress', 'none', ...more]
  }

  function stagedNames(): string {
    return readdirSync(staging, { recursive: true }).join()
  }

  function isStaged(ending: string): boolean {
    return stagedNames()
      .split(',')
      .some((name) => name.endsWith(ending))
  }

  /** Runs the restore to its end, and stops the server to compare the directories. */
  async function finish(server: ServerProcess, dataDir: string): Promise<void> {
    const last = await runBin(restore(server, '--json'))
    expect(last, last.stderr).toMatchObject({ exit: 0 })
    expect(JSON.parse(last.stdout)).toMatchObject({ written_rows: '240000', expired_rows: '0' })
    expect(readdirSync(staging)).toEqual([])
    await server.stop()
    const diff = await runBin(['debug', 'diff', source, dataDir])
    expect(diff, diff.stdout).toMatchObject({ exit: 0 })
  }

  test(`${KILLS} kills leave nothing out and nothing twice`, { timeout: 300_000 + KILLS * 60_000 }, async () => {
    const place = path.join(folder, 'killed')
    mkdirSync(place)
    const server = await startHyperbyte({ folder: place })
    for (let kill = 0; kill < KILLS; kill++) {
      const child = spawnBin(restore(server))
      const exited = once(child, 'exit')
      child.stdout?.resume()
      child.stderr?.resume()
      await Promise.race([sleep(500 + random.below(1500)), exited])
      child.kill('SIGKILL')
      await exited
      if (readdirSync(staging).length === 0) await runBin(['db', 'drop', 'db', '--host', server.url, '--yes'])
    }
    if (readdirSync(staging).length === 0) await runBin(['db', 'drop', 'db', '--host', server.url, '--yes'])
    await finish(server, path.join(place, 'data'))
  })

  test('Ctrl-C ends it with 130 and says how to go on', async () => {
    const place = path.join(folder, 'interrupted')
    mkdirSync(place)
    const server = await startHyperbyte({ folder: place })
    const child = spawnBin(restore(server, '--rate', '1MiB'))
    const outcome = outcomeOf(child)
    await pollUntil(() => isStaged('begun'), stagedNames)
    child.kill('SIGINT')
    expect(await outcome).toMatchObject({ exit: 130, stderr: expect.stringMatching(/run the same command again/) })
    await finish(server, path.join(place, 'data'))
  })

  test('a server that is killed and comes back does not end it', async () => {
    const place = path.join(folder, 'restarted')
    mkdirSync(place)
    const first = await startHyperbyte({ folder: place, port: await lastingPort() })
    const child = spawnBin(restore(first, '--rate', '4MiB', '--json'))
    const outcome = outcomeOf(child)
    await pollUntil(() => isStaged('written'), stagedNames)
    await first.kill()
    const second = await startHyperbyte({ folder: place, port: first.port })
    expect(await outcome).toMatchObject({ exit: 0 })
    await second.stop()
    const diff = await runBin(['debug', 'diff', source, path.join(place, 'data')])
    expect(diff, diff.stdout).toMatchObject({ exit: 0 })
  })
})
