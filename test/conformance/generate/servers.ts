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

interface KnownDatabase {
  readonly load: Load
  /** What may have changed it since. */
  readonly changes: Request[]
}

export class Servers {
  readonly #tsi1: ServerProcess
  readonly #inmem: ServerProcess
  readonly #ours: ServerProcess
  readonly #databases = new Map<string, KnownDatabase>()
  /** Databases that the second influxd has as well: it is only asked where the first one disagrees with us. */
  readonly #inInmem = new Set<string>()
  #databaseCount = 0

  private constructor(tsi1: ServerProcess, inmem: ServerProcess, ours: ServerProcess) {
    this.#tsi1 = tsi1
    this.#inmem = inmem
    this.#ours = ours
  }

  static async start(): Promise<Servers> {
    const [tsi1, inmem] = [await startInfluxd('tsi1', THEIRS), await startInfluxd('inmem', THEIRS)]
    return new Servers(tsi1, inmem, await startHyperbyte({ env: OURS }))
  }

  async stop(): Promise<void> {
    for (const server of [this.#ours, this.#inmem, this.#tsi1]) {
      await server.stop()
      server.discard()
    }
  }

  /** Names of new databases, one for each load. The waits are shared. */
  async load(loads: readonly Load[]): Promise<string[]> {
    const both = [this.#tsi1, this.#ours]
    const names = loads.map((load) => this.#name(load))
    for (let at = 0; at < loads.length; at++) await createDatabase(both, names[at], loads[at])
    for (let slice = 0; slice < SLICES; slice++) {
      for (let at = 0; at < loads.length; at++) await write(both, names[at], sliceOf(loads[at], slice))
      if (loads.some(({ flushedSlices }) => flushedSlices > slice)) await sleep(FLUSH_WAIT_MS)
    }
    return names
  }

  async judge(request: Request): Promise<Verdict> {
    const answers = await Promise.all([this.#tsi1, this.#ours].map((server) => query(server, request)))
    const [tsi1, actual] = answers.map(withoutShardNumber)
    const known = this.#databases.get(request.database)
    const earlier = known?.changes.slice() ?? []
    if (mayChange(request.text)) known?.changes.push(request)
    if (tsi1.body.includes('[panic:')) return { kind: 'panic' }
    const difference = compareAnswers(tsi1, actual, [])
    if (difference === null) return { kind: 'identical' }
    const marks = openOrders(request.text)
    if (marks.length > 0 && compareAnswers(tsi1, actual, marks) === null) return { kind: 'order' }
    if (known !== undefined && !mayChange(request.text)) {
      const inmem = await this.#inmemAnswer(request, known.load, earlier)
      if (compareAnswers(inmem, actual, marks) === null) return { kind: 'index' }
      if (isUntaggedSeriesLeft(request.text, tsi1, actual)) return { kind: 'index' }
    }
    return { kind: 'differs', difference }
  }

  /** The names that generated metadata statements speak of are gone afterwards. */
  async clearScratch(): Promise<void> {
    for (const name of SCRATCH_DATABASES) await this.#command(`DROP DATABASE ${name}`)
    for (const name of SCRATCH_USERS) await this.#command(`DROP USER ${name}`)
  }

  async drop(database: string): Promise<void> {
    for (const server of [this.#tsi1, this.#inmem, this.#ours]) {
      await query(server, { database: '', epoch: '', text: `DROP DATABASE ${database}` })
    }
    this.#databases.delete(database)
    this.#inInmem.delete(database)
  }

  #name(load: Load): string {
    const name = `g${this.#databaseCount++}`
    this.#databases.set(name, { load, changes: [] })
    return name
  }

  /** Given the data and all that has changed it when it is first asked. */
  async #inmemAnswer(request: Request, load: Load, changes: readonly Request[]): Promise<Answer> {
    const name = request.database
    if (changes.length > 0 || !this.#inInmem.has(name)) {
      await query(this.#inmem, { ...request, text: `DROP DATABASE ${name}` })
      await createDatabase([this.#inmem], name, load)
      await write([this.#inmem], name, load.points)
      for (const change of changes) await query(this.#inmem, change)
      this.#inInmem.add(name)
    }
    return withoutShardNumber(await query(this.#inmem, request))
  }

  async #command(text: string): Promise<void> {
    for (const server of [this.#tsi1, this.#ours]) await query(server, { database: '', epoch: '', text })
  }
}

/**
 * A series without tags whose points have all been deleted stays in influxd's index while another series of the measurement
 * is there: it compares the beginnings of keys. docs/compatibility.md says so.
 */
function isUntaggedSeriesLeft(text: string, theirs: Answer, actual: Answer): boolean {
  if (text !== 'SHOW SERIES') return false
  const [listed, ours] = [theirs, actual].map(({ body }) => seriesKeys(body))
  return (
    ours.every((key) => listed.includes(key)) &&
    listed.every((key) => ours.includes(key) || isUntaggedBeside(key, ours))
  )
}

function seriesKeys(body: string): readonly string[] {
  const [series] = JSON.parse(body).results[0].series ?? []
  return series?.values.flat() ?? []
}

function isUntaggedBeside(key: string, others: readonly string[]): boolean {
  return others.some((other) => other.startsWith(`${key},`))
}

function mayChange(text: string): boolean {
  return !/^(SELECT|SHOW)\b/.test(text) || /\bINTO\b/.test(text)
}

/** What stays in memory anyway comes at once. */
function sliceOf({ points, flushedSlices }: Load, slice: number): readonly Point[] {
  if (flushedSlices === 0) return slice === 0 ? points : []
  const [from, to] = [slice, slice + 1].map((edge) => Math.round((edge * points.length) / SLICES))
  return points.slice(from, to)
}

async function createDatabase(servers: readonly ServerProcess[], name: string, { policies }: Load): Promise<void> {
  const statements = [`CREATE DATABASE ${name}`]
  for (const policy of policies) {
    const isDefault = policy === policies[0] ? ' DEFAULT' : ''
    const verb = policy === 'autogen' ? 'ALTER' : 'CREATE'
    statements.push(`${verb} RETENTION POLICY "${policy}" ON ${name} DURATION INF REPLICATION 1${isDefault}`)
  }
  for (const server of servers) await query(server, { database: '', epoch: '', text: statements.join('; ') })
}

async function write(servers: readonly ServerProcess[], database: string, points: readonly Point[]): Promise<void> {
  for (const policy of new Set(points.map((point) => point.policy))) {
    const lines = points.filter((point) => point.policy === policy).map(printPoint)
    const target = `/write?db=${database}&rp=${encodeURIComponent(policy)}`
    for (const server of servers) {
      const { status, body } = await post(server, target, lines.join('\n'))
      if (status !== 204) throw new Error(`${server.name} refuses the points: ${body}`)
    }
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
