/**
 * What goes wrong around a backup, with real processes: it is ended or killed half way, others want the repository at the
 * same moment, the server dies, the disk is full, the repository is read-only. Each time there is no half set, no lock that
 * stays, and the next run goes on with what was copied.
 */

import { type ChildProcess, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EXIT_CODES } from '../../src/cli/exit-codes.js'
import type { ServerProcess } from '../conformance/harness/server-process.js'
import { isHyperbyteBuilt, startHyperbyte } from '../conformance/hyperbyte.js'
import { type Outcome, outcomeOf, runBin, spawnBin } from '../support/built-bin.js'
import { pollUntil } from '../support/poll-until.js'
import { post, rowsOf } from './requests.js'
import { SMALL_FLUSHES } from './small-flushes.js'

const MEASUREMENT_COUNT = 8
const TEXT_COUNT = 16
const TEXT_BYTES = 48 * 1024
/** Some eight mebibytes in eight files: seconds at this rate. */
const SLOW = ['--rate', '1MiB', '--jobs', '1']

interface ListedSet {
  readonly id: string
  readonly state: string
  readonly added_bytes: string | null
}

describe.runIf(isHyperbyteBuilt)('a backup in trouble', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'hyperbyte-backup-faults-'))
  const disk = path.join(folder, 'disk')
  mkdirSync(disk)
  const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=5m', 'tmpfs', disk]).status === 0
  let server: ServerProcess
  let fileCount = 0

  beforeAll(async () => {
    server = await startHyperbyte({ folder, env: SMALL_FLUSHES })
    await rowsOf(server, '', 'CREATE DATABASE db')
    for (let m = 0; m < MEASUREMENT_COUNT; m++) {
      const lines = Array.from({ length: TEXT_COUNT }, (_, i) => {
        return `m${m} text="${randomBytes(TEXT_BYTES).toString('base64')}" ${i + 1}`
      })
      expect((await post(server, '/write?db=db', lines.join('\n')))?.status).toBe(204)
    }
    // Nothing is merged meanwhile: the files of one backup are those of the next.
    let records = 0
    const isSettled = async () => {
      const { files, log } = await dryRun()
      fileCount = files
      records = log.records
      return files >= MEASUREMENT_COUNT && records === 0
    }
    await pollUntil(isSettled, () => `${fileCount} files, and ${records} records in the log`)
  })

  afterAll(async () => {
    await server?.stop()
    if (isMounted) spawnSync('umount', ['-l', disk])
    rmSync(folder, { recursive: true, force: true })
  })

  async function dryRun(): Promise<{ files: number; log: { records: number } }> {
    const { stdout } = await backup(path.join(folder, 'none'), '--dry-run', '--json')
    return JSON.parse(stdout)
  }

  function argsOf(repo: string, ...more: string[]): string[] {
    return ['backup', '--repo', repo, '--host', server.url, '--progress', 'none', ...more]
  }

  function backup(repo: string, ...more: string[]): Promise<Outcome> {
    return runBin(argsOf(repo, ...more))
  }

  /** Begins a backup and resolves when it has copied its first file. */
  async function begun(repo: string): Promise<ChildProcess> {
    const child = spawnBin(argsOf(repo, '--type', 'full', ...SLOW))
    await pollUntil(
      () => blobsIn(repo) >= 2,
      () => `${blobsIn(repo)} files are copied`,
    )
    return child
  }

  async function setsIn(repo: string): Promise<ListedSet[]> {
    const { stdout } = await runBin(['backup', 'list', '--repo', repo, '--json'])
    return (JSON.parse(stdout) as { sets: ListedSet[] }).sets
  }

  /** The next run uses what is there, leaves nothing half done, and everything is as it was written. */
  async function expectGoesOn(repo: string): Promise<void> {
    expect(await setsIn(repo)).toMatchObject([{ state: 'partial' }])
    const { exit, stdout } = await backup(repo, '--json')
    expect(exit, stdout).toBe(0)
    const { files, new_files: newFiles } = JSON.parse(stdout) as { files: number; new_files: number }
    expect(files).toBe(fileCount)
    expect(newFiles).toBeGreaterThan(0)
    expect(newFiles).toBeLessThan(fileCount)
    expect(await setsIn(repo)).toMatchObject([{ state: 'verified' }])
    expect(namesIn(repo, 'locks')).toEqual([])
    expect(await runBin(['backup', 'verify', '--repo', repo, '-q'])).toMatchObject({ exit: 0, stdout: '' })
  }

  test('that is told to stop, stops, says how to go on, and goes on', async () => {
    const repo = path.join(folder, 'stopped')
    const child = await begun(repo)
    const ended = outcomeOf(child)
    child.kill('SIGTERM')
    const { exit, stderr } = await ended
    expect(exit).toBe(143)
    expect(stderr).toContain('what was copied is used')
    expect([namesIn(repo, 'locks'), namesIn(repo, 'tmp')]).toEqual([[], []])
    await expectGoesOn(repo)
  })

  test('that is killed leaves a lock that holds nobody up', async () => {
    const repo = path.join(folder, 'killed')
    const child = await begun(repo)
    const ended = outcomeOf(child)
    child.kill('SIGKILL')
    await ended
    expect(namesIn(repo, 'locks')).toHaveLength(1)
    await expectGoesOn(repo)
  })

  test('does not mind readers, and keeps out other writers and who prunes', async () => {
    const repo = path.join(folder, 'shared')
    const child = await begun(repo)
    const ended = outcomeOf(child)
    // It holds the repository while it stands still, however long the others take.
    child.kill('SIGSTOP')
    const waiting = backup(repo, '--wait-lock', '4m')
    const [listed, other, pruned, forgotten] = await Promise.all([
      setsIn(repo),
      backup(repo),
      runBin(['backup', 'prune', '--repo', repo, '--keep-last', '1', '--yes']),
      runBin(['backup', 'prune', '--repo', repo, '--partial', '--yes']),
    ])
    expect(child.exitCode).toBeNull()
    child.kill('SIGCONT')
    expect(listed[0].state).toBe('running')
    for (const { exit, stderr } of [other, pruned, forgotten]) {
      expect([exit, stderr]).toEqual([EXIT_CODES.locked.code, expect.stringContaining('--wait-lock')])
    }
    expect(await ended).toMatchObject({ exit: 0 })
    expect(await waiting).toMatchObject({ exit: 0 })
    expect(await runBin(['backup', 'verify', '--repo', repo, '--all', '-q'])).toMatchObject({ exit: 0 })
  })

  test.runIf(isMounted)(
    'to a disk that is full goes on when there is room, and is read from one that is read-only',
    async () => {
      const repo = path.join(disk, 'repo')
      const full = await backup(repo, '--jobs', '1')
      expect([full.exit, full.stderr]).toEqual([EXIT_CODES['no-space'].code, expect.stringContaining('hint:')])
      expect([namesIn(repo, 'locks'), namesIn(repo, 'tmp')]).toEqual([[], []])
      expect(spawnSync('mount', ['-o', 'remount,size=64m', disk]).status).toBe(0)
      await expectGoesOn(repo)

      expect(spawnSync('mount', ['-o', 'remount,ro', disk]).status).toBe(0)
      expect(await setsIn(repo)).toHaveLength(1)
      expect(await runBin(['backup', 'verify', '--repo', repo, '-q'])).toMatchObject({ exit: 0 })
      const into = path.join(folder, 'restored')
      expect(await runBin(['restore', '--repo', repo, '--into', into, '-q'])).toMatchObject({ exit: 0 })
      expect(await backup(repo)).toMatchObject({ exit: EXIT_CODES.failed.code })
    },
  )

  test('makes no set when the server dies', async () => {
    const repo = path.join(folder, 'lost')
    const child = await begun(repo)
    const ended = outcomeOf(child)
    await server.kill()
    expect(await ended).toMatchObject({ exit: EXIT_CODES.unreachable.code })
    expect(namesIn(repo, 'locks')).toEqual([])
    server = await startHyperbyte({ folder, env: SMALL_FLUSHES })
    await expectGoesOn(repo)
  })
})

function namesIn(repo: string, name: string): string[] {
  const place = path.join(repo, name)
  return existsSync(place) ? readdirSync(place) : []
}

function blobsIn(repo: string): number {
  return namesIn(repo, 'blobs').reduce((sum, name) => sum + namesIn(repo, `blobs/${name}`).length, 0)
}
