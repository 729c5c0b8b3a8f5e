/**
 * The queries in progress: what SHOW QUERIES lists, what KILL QUERY ends, and what a dashboard looks at. Numbers are
 * written by the query itself as it goes; reading them costs it nothing.
 */

import { HyperbyteError } from '../domain/errors.js'
import type { Statement } from '../influxql/ast.js'
import { printStatement } from '../influxql/print-statement.js'

/** A query as others see it. Plain data, a snapshot. */
export interface QueryInfo {
  readonly id: number
  /** Canonical, without passwords. */
  readonly text: string
  /** The request's default; '' = none. */
  readonly database: string
  /** '' when nobody was asked for. */
  readonly user: string
  readonly elapsedMs: number
  readonly status: 'running' | 'killed'
  /** Rows that storage handed out; of aggregations that storage does itself, buckets. */
  readonly readRowCount: number
  readonly answeredRowCount: number
  /** Estimate: the largest piece of rows so far. */
  readonly heldBytes: number
}

/** What a query tells of itself as it goes. */
export interface QueryProgress {
  readRowCount: number
  answeredRowCount: number
  heldBytes: number
}

export interface RunningQuery {
  readonly id: number
  readonly progress: QueryProgress
  /** Aborts with `query-interrupted` on KILL QUERY. */
  readonly signal: AbortSignal
  /** To be called once, however the query ended. */
  finish(): void
}

export interface QueryStart {
  readonly statements: readonly Statement[]
  readonly database: string
  readonly user: string
}

interface Entry extends QueryStart {
  readonly startedMs: number
  readonly controller: AbortController
  readonly progress: QueryProgress
}

export class RunningQueries {
  readonly #monotonicMs: () => number
  readonly #entries = new Map<number, Entry>()
  #lastId = 0

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs
  }

  /** The clock that durations are taken from, in milliseconds. */
  nowMs(): number {
    return this.#monotonicMs()
  }

  start(start: QueryStart): RunningQuery {
    const id = ++this.#lastId
    const controller = new AbortController()
    const progress = { readRowCount: 0, answeredRowCount: 0, heldBytes: 0 }
    this.#entries.set(id, { ...start, startedMs: this.#monotonicMs(), controller, progress })
    return { id, progress, signal: controller.signal, finish: () => void this.#entries.delete(id) }
  }

  /** In order of their start. Statements are printed only here. */
  list(): QueryInfo[] {
    const nowMs = this.#monotonicMs()
    return [...this.#entries].map(([id, { statements, database, user, startedMs, controller, progress }]) => ({
      id,
      text: statements.map(printStatement).join(';\n'),
      database,
      user,
      elapsedMs: nowMs - startedMs,
      status: controller.signal.aborted ? 'killed' : 'running',
      ...progress,
    }))
  }

  /** Throws `invalid` with InfluxDB's words when there is no such query, or when it is ending already. */
  kill(id: bigint): void {
    const entry = this.#entries.get(Number(id))
    if (entry === undefined) throw new HyperbyteError('invalid', `no such query id: ${id}`)
    if (entry.controller.signal.aborted) throw new HyperbyteError('conflict', 'already killed')
    entry.controller.abort(new HyperbyteError('query-interrupted', 'query interrupted'))
  }
}
