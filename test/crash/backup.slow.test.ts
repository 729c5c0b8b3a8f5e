/**
 * Backups of a server that is being written to, and backups and restores that are killed.
 *
 * The point in time: one writer sends numbered points to two measurements in turn, and to a new series every while, each
 * point after the one before was acknowledged. A copy as of one moment has a prefix of what was sent: if it has point n, it
 * has every point before n, in either measurement; and it has every point that was acknowledged before the backup began.
 *
 * HYPERBYTE_KILLS (default 8) and HYPERBYTE_SEED (default 1).
 */

import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { Random } from '../conformance/harness/random.js'
import type { ServerProcess } from '../conformance/harness/server-process.js'
import { isHyperbyteBuilt, startHyperbyte } from '../conformance/hyperbyte.js'
import { type Outcome, runBin, spawnBin } from '../support/built-bin.js'
import { post, rowsOf } from './requests.js'
import { SMALL_FLUSHES_AND_LOG } from './small-flushes.js'

const KILLS = Number(process.env['HYPERBYTE_KILLS'] ?? 8)
const SEED = Number(process.env['HYPERBYTE_SEED'] ?? 1)
const BULK_ROWS = 5000
const WRITE_PAUSE_MS = 5

describe.runIf(isHyperbyteBuilt)('backups under load', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'hyperbyte-backup-load-'))
  const repo = path.join(folder, 'repo')
  const random = new Random(SEED)
  let acknowledgedCount = 0
  let isStopping = false

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  async function writeMarkers(server: ServerProcess): Promise<void> {
    for (let n = acknowledgedCount; !isStopping; n++) {
      const marker = `${n % 2 === 0 ? 'even' : 'odd'},epoch=${Math.floor(n / 100)} n=${n}i ${n + 1}`
      if ((await post(server, '/write?db=load', marker))?.status !== 204) return
      acknowledgedCount = n + 1
      await sleep(WRITE_PAUSE_MS)
    }
  }

  async function writeBulk(server: ServerProcess): Promise<void> {
    for (let from = 0; !isStopping; from += BULK_ROWS) {
      const lines = Array.from(
        { length: BULK_ROWS },
        (_, i) => `bulk,host=h${i % 20} v=${(from + i) * 1.7} ${from + i}`,
      )
      if ((await post(server, '/write?db=load', lines.join('\n')))?.status !== 204) return
      await sleep(20)
    }
  }

  /** Numbers of the markers in a restored directory, ascending. */
  async function markersIn(dataDir: string): Promise<number[]> {
    const found: number[] = []
    for (const measurement of ['even', 'odd']) {
      const { stdout, stderr, exit } = await runBin([
        ...['query', '--data-dir', dataDir, '-d', 'load', '--json'],
        ...['-e', `SELECT n FROM ${measurement}`],
      ])
      expect([exit, stderr]).toEqual([0, ''])
      const answer = JSON.parse(stdout) as { results: { series?: { values: [unknown, number | string][] }[] }[] }
      for (const [, n] of answer.results[0].series?.[0].values ?? []) found.push(Number(n))
    }
    return found.sort((a, b) => a - b)
  }

  async function auditNewest(name: string, acknowledgedBefore: number, options: readonly string[] = []): Promise<void> {
    const into = path.join(folder, name)
    const restored = await runBin(['restore', '--repo', repo, '--into', into, '--progress', 'none', ...options])
    expect(restored, name).toMatchObject({ exit: 0 })
    const markers = await markersIn(into)
    expect(markers.length).toBeGreaterThanOrEqual(acknowledgedBefore)
    expect(markers).toEqual(Array.from(markers, (_, n) => n))
    rmSync(into, { recursive: true, force: true })
  }

  test(`a copy is one moment, and ${KILLS} kills of backups and restores do no harm`, {
    timeout: 300_000 + KILLS * 120_000,
  }, async () => {
    const server = await startHyperbyte({ folder, env: SMALL_FLUSHES_AND_LOG })
    const host = ['--host', server.url]
    await rowsOf(server, '', 'CREATE DATABASE load')
    const load = [writeMarkers(server), writeBulk(server)]
    await sleep(2000)
    for (let i = 0; i < 3; i++) {
      const before = acknowledgedCount
      expect(await backup(repo, host)).toMatchObject({ exit: 0, stderr: '' })
      await auditNewest(`moment-${i}`, before)
    }
    for (let kill = 0; kill < KILLS; kill++) {
      await killed(['backup', '--repo', repo, ...host, '--type', 'full'], 150 + random.below(1500))
      const before = acknowledgedCount
      expect(await backup(repo, host), `backup after kill ${kill}`).toMatchObject({ exit: 0 })
      await killed(['restore', '--repo', repo, '--into', path.join(folder, `killed-${kill}`)], 150 + random.below(1200))
      // The kill may have come when the restore was already over.
      await auditNewest(`killed-${kill}`, before, ['--if-exists', 'replace'])
    }
    isStopping = true
    await Promise.all(load)
    await server.stop()
    const verified = await runBin(['backup', 'verify', '--repo', repo, '--all', '--progress', 'none'])
    expect(verified, verified.stdout).toMatchObject({ exit: 0 })
    const pruned = await runBin(['backup', 'prune', '--repo', repo, '--keep-last', '1', '--yes'])
    expect(pruned).toMatchObject({ exit: 0 })
    await auditNewest('after-prune', acknowledgedCount > 0 ? 1 : 0)
  })
})

async function backup(repo: string, host: readonly string[]): Promise<Outcome> {
  return await runBin(['backup', '--repo', repo, ...host, '--progress', 'none'])
}

/** Runs a command and ends it with SIGKILL; its own pid, nobody else's. */
async function killed(args: readonly string[], afterMs: number): Promise<void> {
  const child = spawnBin([...args, '--progress', 'none'])
  child.stdout?.resume()
  child.stderr?.resume()
  const exited = once(child, 'exit')
  await Promise.race([sleep(afterMs), exited])
  child.kill('SIGKILL')
  await exited
}
