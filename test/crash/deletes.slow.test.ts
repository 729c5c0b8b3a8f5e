/**
 * kill -9 while clients write and delete, with small flushes and merges going on: after each start every client's points
 * are what its acknowledged requests left. Only what the last, unanswered request touched may be either way.
 *
 * HYPERBYTE_KILLS (default 6) and HYPERBYTE_SEED (default 1).
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { Random } from '../conformance/harness/random.js'
import type { ServerProcess } from '../conformance/harness/server-process.js'
import { isHyperbyteBuilt, startHyperbyte } from '../conformance/hyperbyte.js'
import { post, rowsOf } from './requests.js'
import { SMALL_FLUSHES } from './small-flushes.js'

const KILLS = Number(process.env['HYPERBYTE_KILLS'] ?? 6)
const SEED = Number(process.env['HYPERBYTE_SEED'] ?? 1)
const CLIENTS = 3
const SLOTS = 4000
const BATCH_ROWS = 100
/** All slots together are some eight weeks, and as many shards. */
const SLOT_SECONDS = 1200

/** What one client knows of its points: slot → version, absent when deleted. */
class Client {
  readonly name: string
  readonly #random: Random
  points = new Map<number, number>()
  /** Slots of an unanswered request, with what they would hold after it. */
  #unsure: ReadonlyMap<number, number | undefined> = new Map()
  #version = 0
  requestCount = 0

  constructor(number: number) {
    this.name = `c${number}`
    this.#random = new Random(SEED * 100 + number)
  }

  async runUntilDown(server: ServerProcess): Promise<void> {
    for (;;) {
      const isDelete = this.#random.chance(0.3)
      const after = isDelete ? this.#chooseDelete() : this.#chooseWrite()
      const slots = [...after.keys()]
      const isDone = isDelete ? await this.#delete(server, slots) : await this.#write(server, after)
      if (!isDone) {
        this.#unsure = after
        return
      }
      this.#take(after)
      this.requestCount++
      await sleep(5)
    }
  }

  /** Faults, and takes over what the server has of the unsure slots. */
  check(stored: ReadonlyMap<number, number>): string[] {
    const faults: string[] = []
    for (const slot of new Set([...this.points.keys(), ...stored.keys()])) {
      const found = stored.get(slot)
      if (found === this.points.get(slot)) continue
      if (this.#unsure.has(slot) && found === this.#unsure.get(slot)) continue
      faults.push(`${this.name} slot ${slot}: version ${found}, expected ${this.points.get(slot)}`)
    }
    this.points = new Map(stored)
    this.#unsure = new Map()
    return faults
  }

  #chooseWrite(): Map<number, number | undefined> {
    const from = this.#random.below(SLOTS)
    const version = ++this.#version
    return new Map(Array.from({ length: BATCH_ROWS }, (_, i) => [from + i, version]))
  }

  #chooseDelete(): Map<number, number | undefined> {
    const from = this.#random.below(SLOTS)
    const count = this.#random.chance(0.1) ? SLOTS : 1 + this.#random.below(300)
    return new Map(Array.from({ length: count }, (_, i) => [from + i, undefined]))
  }

  #take(after: ReadonlyMap<number, number | undefined>): void {
    for (const [slot, version] of after) {
      if (version === undefined) this.points.delete(slot)
      else this.points.set(slot, version)
    }
  }

  async #write(server: ServerProcess, rows: ReadonlyMap<number, number | undefined>): Promise<boolean> {
    const lines = [...rows].map(([slot, version]) => `m,client=${this.name} version=${version}i ${slot * SLOT_SECONDS}`)
    const target = '/write?db=crash&precision=s'
    return (await post(server, target, lines.join('\n')))?.status === 204
  }

  async #delete(server: ServerProcess, slots: readonly number[]): Promise<boolean> {
    const [from, end] = [slots[0] * SLOT_SECONDS, (slots[slots.length - 1] + 1) * SLOT_SECONDS]
    const statement = `DELETE FROM m WHERE client = '${this.name}' AND time >= ${from}s AND time < ${end}s`
    const answer = await post(server, `/query?db=crash&q=${encodeURIComponent(statement)}`)
    if (answer?.status !== 200) return false
    expect(JSON.parse(answer.body.toString()).results[0].error).toBeUndefined()
    return true
  }
}

describe.runIf(isHyperbyteBuilt)('kill -9 among deletes', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'hyperbyte-deletes-'))
  const random = new Random(SEED)
  const clients = Array.from({ length: CLIENTS }, (_, number) => new Client(number))
  const start = () => startHyperbyte({ folder, env: SMALL_FLUSHES })

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test(`${KILLS} kills bring nothing back and lose nothing`, { timeout: KILLS * 120_000 }, async () => {
    let server = await start()
    await query(server, 'CREATE DATABASE crash')
    for (let kill = 0; kill < KILLS; kill++) {
      const load = clients.map((client) => client.runUntilDown(server))
      await sleep(300 + random.below(3000))
      await server.kill()
      await Promise.all(load)
      server = await start()
      for (const client of clients) {
        const stored = await readPoints(server, client)
        expect(client.check(stored).slice(0, 10), `after kill ${kill + 1}, seed ${SEED}`).toEqual([])
        const [[, count] = [0, 0]] = await query(server, `SELECT count(version) FROM m WHERE client = '${client.name}'`)
        expect(Number(count)).toBe(stored.size)
      }
      const keys = (await query(server, 'SHOW SERIES')).map(([key]) => String(key))
      const alive = clients.filter(({ points }) => points.size > 0).map(({ name }) => `m,client=${name}`)
      expect(keys, 'a series is listed while it has points').toEqual(alive)
    }
    await server.stop()
    const requests = clients.reduce((sum, { requestCount }) => sum + requestCount, 0)
    console.info(`${KILLS} kills among ${requests} acknowledged writes and deletes`)
  })
})

async function readPoints(server: ServerProcess, { name }: Client): Promise<Map<number, number>> {
  const values = await query(server, `SELECT version FROM m WHERE client = '${name}'`)
  return new Map(values.map(([seconds, version]) => [Number(seconds) / SLOT_SECONDS, Number(version)]))
}

function query(server: ServerProcess, statement: string): Promise<(number | string)[][]> {
  return rowsOf(server, 'crash', statement)
}
