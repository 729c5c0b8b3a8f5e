/**
 * influxd and our server side by side, asked the same. Where the two indexes of influxd (tsi1, inmem) answer differently,
 * either answer is right, so there are two of them. Data goes in in four slices; on our side each slice may lie in
 * files of its own before the next one comes, enough of them for a compaction.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { type Answer, toAnswer } from '../harness/answer.js'
import { compareAnswers, type Difference } from '../harness/compare-answers.js'
import { exchange } from '../harness/exchange.js'
import type { Mark } from '../harness/parse-cases.js'
import type { ServerProcess } from '../harness/server-process.js'
import { startHyperbyte } from '../hyperbyte.js'
import { startInfluxd } from '../influxd.js'
import { SCRATCH_DATABASES, SCRATCH_USERS } from './generate-change.js'
import { type Point, printPoint } from './generate-data.js'

const SLICES = 4
/** Guards against windows that reach from 2019 to the present. Both servers obey it, in the same words. */
const BUCKETS_MAX = 5000
const OURS = { HYPERBYTE_DATA_FLUSH_AGE_MAX: '1s', HYPERBYTE_COORDINATOR_MAX_SELECT_BUCKETS: String(BUCKETS_MAX) }
const THEIRS = `[coordinator]\nmax-select-buckets = ${BUCKETS_MAX}\n`
/** The age, and the second after which the server looks at it. */
const FLUSH_WAIT_MS = 2100

export interface Load {
  /** The default first. */
  readonly policies: readonly string[]
  readonly points: readonly Point[]
  /** After how many of the four slices what is in memory is written to files; 0 = all stays in memory. */
  readonly flushedSlices: number
}

export interface Request {
  readonly database: string
  readonly epoch: string
  readonly text: string
}

/**
 * Answers that agree; agree but for an order that influxd leaves open; agree with influxd's other index alone; do not
 * agree. `panic`: influxd has no answer, it fails inside.
 */
export type Verdict =
  | { readonly kind: 'identical' }
  | { readonly kind: 'order' }
  | { readonly kind: 'index' }
  | { readonly kind: 'panic' }
  | { readonly kind: 'differs'; readonly difference: Difference }

export class Servers {
  readonly #servers: readonly [tsi1: ServerProcess, inmem: ServerProcess, ours: ServerProcess]
  #databaseCount = 0

  private constructor(servers: readonly [ServerProcess, ServerProcess, ServerProcess]) {
    this.#servers = servers
  }

  static async start(): Promise<Servers> {
    const [tsi1, inmem] = [await startInfluxd('tsi1', THEIRS), await startInfluxd('inmem', THEIRS)]
    return new Servers([tsi1, inmem, await startHyperbyte({ env: OURS })])
  }

  async stop(): Promise<void> {
    for (const server of this.#servers) {
      await server.stop()
      server.discard()
    }
  }

  /** Names of new databases, one for each load. The waits are shared. */
  async load(loads: readonly Load[]): Promise<string[]> {
    const names: string[] = []
    for (const { policies } of loads) names.push(await this.#createDatabase(policies))
    for (let slice = 0; slice < SLICES; slice++) {
      for (let at = 0; at < loads.length; at++) {
        const { points } = loads[at]
        const [from, to] = [slice, slice + 1].map((edge) => Math.round((edge * points.length) / SLICES))
        await this.#write(names[at], points.slice(from, to))
      }
      if (loads.some(({ flushedSlices }) => flushedSlices > slice)) await sleep(FLUSH_WAIT_MS)
    }
    return names
  }

  async judge(request: Request): Promise<Verdict> {
    const answers = await Promise.all(this.#servers.map((server) => query(server, request)))
    const [tsi1, inmem, actual] = answers.map(withoutShardNumber)
    if (tsi1.body.includes('[panic:')) return { kind: 'panic' }
    const difference = compareAnswers(tsi1, actual, [])
    if (difference === null) return { kind: 'identical' }
    if (compareAnswers(inmem, actual, []) === null) return { kind: 'index' }
    const marks = openOrders(request.text)
    if (marks.length > 0 && [tsi1, inmem].some((theirs) => compareAnswers(theirs, actual, marks) === null)) {
      return { kind: 'order' }
    }
    return { kind: 'differs', difference }
  }

  /** The names that generated metadata statements speak of are gone afterwards. */
  async clearScratch(): Promise<void> {
    for (const name of SCRATCH_DATABASES) await this.#command(`DROP DATABASE ${name}`)
    for (const name of SCRATCH_USERS) await this.#command(`DROP USER ${name}`)
  }

  async drop(database: string): Promise<void> {
    await this.#command(`DROP DATABASE ${database}`)
  }

  async #createDatabase(policies: readonly string[]): Promise<string> {
    const name = `g${this.#databaseCount++}`
    await this.#command(`CREATE DATABASE ${name}`)
    for (const policy of policies) {
      const isDefault = policy === policies[0] ? ' DEFAULT' : ''
      const verb = policy === 'autogen' ? 'ALTER' : 'CREATE'
      await this.#command(`${verb} RETENTION POLICY "${policy}" ON ${name} DURATION INF REPLICATION 1${isDefault}`)
    }
    return name
  }

  async #write(database: string, points: readonly Point[]): Promise<void> {
    for (const policy of new Set(points.map((point) => point.policy))) {
      const lines = points.filter((point) => point.policy === policy).map(printPoint)
      const target = `/write?db=${database}&rp=${encodeURIComponent(policy)}`
      for (const server of this.#servers) {
        const { status, body } = await post(server, target, lines.join('\n'))
        if (status !== 204) throw new Error(`${server.name} refuses the points: ${body}`)
      }
    }
  }

  async #command(text: string): Promise<void> {
    for (const server of this.#servers) await query(server, { database: '', epoch: '', text })
  }
}

/**
 * influxd leaves open in which order rows of one time come that are of several series (it merges them by a heap whose start
 * depends on the number of processors), and the order of the series of `integral` (that of a Go map).
 */
function openOrders(text: string): readonly Mark[] {
  if (!text.startsWith('SELECT')) return []
  const kinds = /\bintegral\(/.test(text) ? (['ties', 'unordered-series'] as const) : (['ties'] as const)
  return kinds.map((kind) => ({ kind, reason: 'left open by influxd' }))
}

/** `shard 138: …` of a failed DELETE: each server counts its shards by itself. */
function withoutShardNumber(answer: Answer): Answer {
  return { ...answer, body: answer.body.replace(/"error":"shard \d+: /g, '"error":"') }
}

async function query(server: ServerProcess, { database, epoch, text }: Request): Promise<Answer> {
  return post(server, `/query?db=${database}&epoch=${epoch}`, `q=${encodeURIComponent(text)}`, {
    'Content-Type': 'application/x-www-form-urlencoded',
  })
}

async function post(
  server: ServerProcess,
  target: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return toAnswer(await exchange(server.port, { method: 'POST', target, headers, body: Buffer.from(body) }))
}
