/**
 * kill -9 at random moments while several clients write, then an audit: every acknowledged point is there exactly once,
 * with a value that is not older than the acknowledged one. Flushes are made small and frequent so that kills hit them
 * too; some kills come while the server is still replaying the one before.
 *
 * HYPERBYTE_KILLS (default 8) and HYPERBYTE_SEED (default 1).
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { Random } from '../conformance/harness/random.js'
import type { ServerProcess } from '../conformance/harness/server-process.js'
import { isHyperbyteBuilt, startHyperbyte } from '../conformance/hyperbyte.js'
import { post, rowsOf } from './requests.js'
import { SMALL_FLUSHES_AND_LOG } from './small-flushes.js'
import { type Row, WriteLedger } from './write-ledger.js'

const KILLS = Number(process.env['HYPERBYTE_KILLS'] ?? 8)
const SEED = Number(process.env['HYPERBYTE_SEED'] ?? 1)
const WRITERS = 4
const BATCH_ROWS = 200
/** Keeps the audit short: every row is read after every kill. */
const WRITE_PAUSE_MS = 10
const START_SECONDS = 1_566_000_000
const FAULTS_SHOWN = 20

describe.runIf(isHyperbyteBuilt)('kill -9 under load', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'hyperbyte-kill-'))
  const random = new Random(SEED)
  const ledgers = Array.from({ length: WRITERS }, () => new WriteLedger())
  const start = () => startHyperbyte({ folder, env: SMALL_FLUSHES_AND_LOG })

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test(`${KILLS} kills lose nothing that was acknowledged`, { timeout: KILLS * 120_000 }, async () => {
    let server = await start()
    await createDatabase(server)
    const startsMs: number[] = []
    for (let kill = 0; kill < KILLS; kill++) {
      const load = ledgers.map((ledger, writer) => writeUntilDown(server, ledger, writer))
      await sleep(100 + random.below(1900))
      await server.kill()
      await Promise.all(load)
      if (random.chance(0.3)) await killDuringStart(folder, random.below(600))
      const startedMs = performance.now()
      server = await start()
      startsMs.push(performance.now() - startedMs)
      expect(await audit(server), `after kill ${kill + 1} of ${KILLS}, seed ${SEED}`).toEqual([])
    }
    await server.stop()
    server = await start()
    expect(await audit(server), 'after an orderly stop').toEqual([])
    await server.stop()
    console.info(figures(startsMs))
  })

  async function audit(server: ServerProcess): Promise<string[]> {
    const faults: string[] = []
    for (const [writer, ledger] of ledgers.entries()) {
      const rows = await readRows(server, writer)
      for (const fault of ledger.check(rows)) faults.push(`writer ${writer}: ${fault}`)
      const counted = await countRows(server, writer)
      if (counted !== rows.length) faults.push(`writer ${writer}: count says ${counted}, ${rows.length} rows are read`)
    }
    return faults.slice(0, FAULTS_SHOWN)
  }

  async function writeUntilDown(server: ServerProcess, ledger: WriteLedger, writer: number): Promise<void> {
    const choices = new Random(SEED + writer + ledger.sentCount)
    for (;;) {
      const isRewrite = ledger.sentCount > BATCH_ROWS && choices.chance(0.1)
      const from = isRewrite ? choices.below(ledger.sentCount - BATCH_ROWS) : ledger.sentCount
      const rows = ledger.next(from, BATCH_ROWS)
      const status = await write(server, writer, rows)
      if (status === null) return
      if (status === 204) ledger.acknowledge(rows)
      await sleep(WRITE_PAUSE_MS)
    }
  }

  function figures(startsMs: readonly number[]): string {
    const acknowledged = ledgers.reduce((sum, ledger) => sum + ledger.acknowledgedCount, 0)
    const sent = ledgers.reduce((sum, ledger) => sum + ledger.sentCount, 0)
    const slowestMs = Math.round(Math.max(...startsMs))
    return `${KILLS} kills: ${acknowledged} points acknowledged of ${sent} sent, none lost; slowest start ${slowestMs} ms`
  }
})

/** Points are a minute apart: a few batches fill a bucket of seven days, and the load writes several buckets. */
function lineOf(writer: number, { sequence, version }: Row): string {
  const seconds = START_SECONDS + sequence * 60
  return `m,writer=${writer} version=${version}i,sequence=${sequence}i,text="point ${sequence}" ${seconds}`
}

/** The status, or null when the server is gone. */
async function write(server: ServerProcess, writer: number, rows: readonly Row[]): Promise<number | null> {
  const body = rows.map((row) => lineOf(writer, row)).join('\n')
  return (await post(server, '/write?db=crash&precision=s', body))?.status ?? null
}

async function createDatabase(server: ServerProcess): Promise<void> {
  await query(server, 'CREATE DATABASE crash')
}

async function readRows(server: ServerProcess, writer: number): Promise<Row[]> {
  const values = await query(server, `SELECT sequence, version, text FROM m WHERE writer = '${writer}'`)
  return values.map(([seconds, sequence, version, text]) => {
    expect([seconds, text]).toEqual([START_SECONDS + Number(sequence) * 60, `point ${sequence}`])
    return { sequence: Number(sequence), version: Number(version) }
  })
}

async function countRows(server: ServerProcess, writer: number): Promise<number> {
  const values = await query(server, `SELECT count(version) FROM m WHERE writer = '${writer}'`)
  return values.length === 0 ? 0 : Number(values[0][1])
}

function query(server: ServerProcess, statement: string): Promise<(number | string)[][]> {
  return rowsOf(server, 'crash', statement)
}

/** A server that is killed before it is ready; its own pid, nobody else's. */
async function killDuringStart(folder: string, afterMs: number): Promise<void> {
  const args = ['bin/run.js', 'serve', '--data-dir', path.join(folder, 'data'), '--bind', '127.0.0.1:0']
  const child = spawn(process.execPath, args, { stdio: 'ignore', env: { ...process.env, ...SMALL_FLUSHES_AND_LOG } })
  const exited = once(child, 'exit')
  await sleep(afterMs)
  child.kill('SIGKILL')
  await exited
}
