/**
 * Runs continuous queries when they are due, one after the other, each as an ordinary SELECT … INTO, and remembers what
 * came of it. The last run is stored, so that a restart goes on where the server stopped. Whoever holds the engine
 * decides how often to look.
 */

import { HyperbyteError } from './domain/errors.js'
import type { EngineLog } from './engine.js'
import type { ContinuousQuery, MetaState } from './metadata/meta-state.js'
import type { QueryRequest } from './query/catalog.js'
import { parseContinuousQuery, scheduleOf, selectOver } from './query/continuous/due-statement.js'
import { planRun } from './query/continuous/plan-run.js'
import type { QueryEvent } from './query/result.js'
import type { MetaStore } from './registry/meta-store.js'

/** What is known of a continuous query's runs; also its persistent form. */
export interface ContinuousRun {
  readonly database: string
  readonly name: string
  /** Of the query that ran: another one of the same name begins anew. */
  readonly text: string
  /** The moment up to which the query has been run. */
  readonly lastRunNs: bigint
  /** The last computed range, and what it took; null as long as no interval has ended. */
  readonly last: {
    readonly startNs: bigint
    readonly endNs: bigint
    readonly durationMs: number
    readonly writtenCount: number
  } | null
  /** Why the last run failed; null when it did not. */
  readonly error: string | null
  readonly okCount: number
  readonly failCount: number
}

export interface ContinuousQueryInfo {
  readonly database: string
  readonly name: string
  readonly text: string
  readonly run: ContinuousRun | null
}

export interface ContinuousQueriesParts {
  readonly meta: () => MetaState
  readonly store: Pick<MetaStore, 'apply' | 'runs'>
  readonly query: (request: QueryRequest) => AsyncIterable<QueryEvent>
  readonly monotonicMs: () => number
  readonly log: EngineLog
}

export class ContinuousQueries {
  readonly #parts: ContinuousQueriesParts
  readonly #runs = new Map<string, ContinuousRun>()

  constructor(parts: ContinuousQueriesParts) {
    this.#parts = parts
  }

  async load(): Promise<void> {
    for await (const stored of this.#parts.store.runs()) {
      const run = stored as ContinuousRun
      this.#runs.set(keyOf(run.database, run.name), run)
    }
  }

  /** In order of creation. */
  list(): ContinuousQueryInfo[] {
    const queries: ContinuousQueryInfo[] = []
    for (const database of this.#parts.meta().databases.values()) {
      for (const query of database.continuousQueries ?? []) {
        queries.push({ database: database.name, ...query, run: this.#runOf(database.name, query) })
      }
    }
    return queries
  }

  /** Runs those that are due at `nowNs`. A query that fails is reported and does not keep others from running. */
  async runDue(nowNs: bigint, signal: AbortSignal): Promise<void> {
    await this.#forgetDropped()
    for (const { database, name, text } of this.list()) {
      if (signal.aborted) return
      await this.#runIfDue(database, { name, text }, nowNs, signal)
    }
  }

  async #runIfDue(database: string, query: ContinuousQuery, nowNs: bigint, signal: AbortSignal): Promise<void> {
    const before = this.#runOf(database, query)
    const startedMs = this.#parts.monotonicMs()
    let dueNs = nowNs
    try {
      const statement = parseContinuousQuery(query.text)
      const due = planRun(scheduleOf(statement, nowNs), before?.lastRunNs ?? null, nowNs)
      if (due === null) return
      dueNs = due.dueNs
      const { range } = due
      if (range === null) return await this.#remember(nextRun(database, query, before, { lastRunNs: dueNs }))
      const text = selectOver(statement.source, range, nowNs)
      const writtenCount = await this.#run(database, text, nowNs, signal)
      const last = { ...range, durationMs: this.#parts.monotonicMs() - startedMs, writtenCount }
      const okCount = (before?.okCount ?? 0) + 1
      await this.#remember(nextRun(database, query, before, { lastRunNs: dueNs, last, error: null, okCount }))
    } catch (error) {
      if (signal.aborted) return
      await this.#fail(database, query, before, dueNs, error)
    }
  }

  /** Returns how many points were written. */
  async #run(database: string, text: string, nowNs: bigint, signal: AbortSignal): Promise<number> {
    let writtenCount = 0
    const request: QueryRequest = {
      text,
      database,
      retentionPolicy: '',
      params: null,
      isReadOnlyContext: false,
      nowNs,
      limits: NO_LIMITS,
      authorizer: null,
      signal,
    }
    for await (const event of this.#parts.query(request)) {
      if (event.kind === 'frame') writtenCount += Number(event.frame.columns[1].column.values[0])
      else if (event.error !== null) throw new HyperbyteError('invalid', event.error)
    }
    return writtenCount
  }

  /** As InfluxDB does, the moment counts as run: what failed is not tried again until the query is due next. */
  async #fail(
    database: string,
    query: ContinuousQuery,
    before: ContinuousRun | null,
    lastRunNs: bigint,
    error: unknown,
  ): Promise<void> {
    const reason = error instanceof Error ? error.message : String(error)
    if (before?.error !== reason) {
      this.#parts.log.warn('continuous query failed', { database, query: query.name, error: reason })
    }
    const failCount = (before?.failCount ?? 0) + 1
    await this.#remember(nextRun(database, query, before, { lastRunNs, error: reason, failCount }))
  }

  async #remember(run: ContinuousRun): Promise<void> {
    const { database, name } = run
    this.#runs.set(keyOf(database, name), run)
    try {
      await this.#parts.store.apply([{ kind: 'put-run', database, name, run }])
    } catch (error) {
      // Remembered in memory; a crash now would compute the same range once more.
      this.#parts.log.warn('the run of a continuous query could not be stored', { error: String(error) })
    }
  }

  async #forgetDropped(): Promise<void> {
    const databases = this.#parts.meta().databases
    for (const [key, { database, name }] of this.#runs) {
      if (databases.get(database)?.continuousQueries?.some((query) => query.name === name)) continue
      this.#runs.delete(key)
      await this.#parts.store.apply([{ kind: 'remove-run', database, name }])
    }
  }

  #runOf(database: string, { name, text }: ContinuousQuery): ContinuousRun | null {
    const run = this.#runs.get(keyOf(database, name))
    return run?.text === text ? run : null
  }
}

const NO_LIMITS: QueryRequest['limits'] = {
  maxSelectPoint: 0,
  maxSelectSeries: 0,
  maxSelectBuckets: 0,
  maxRowLimit: 0,
  timeoutMs: 0,
}

function nextRun(
  database: string,
  { name, text }: ContinuousQuery,
  before: ContinuousRun | null,
  change: Partial<ContinuousRun> & Pick<ContinuousRun, 'lastRunNs'>,
): ContinuousRun {
  const { last = null, error = null, okCount = 0, failCount = 0 } = before ?? {}
  return { database, name, text, last, error, okCount, failCount, ...change }
}

function keyOf(database: string, name: string): string {
  return JSON.stringify([database, name])
}
