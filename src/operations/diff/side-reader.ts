/**
 * Reads one side of a comparison in pieces that it can answer: one query at a time, of a shard group at most, halved when
 * the server stops it or has no time for it, again after a while when the server is away. What is gathered of a piece counts
 * only when the piece has come whole.
 */

import { ClientError } from '../../client/client-error.js'
import { quoteName } from '../../client/quote-influxql.js'
import type { Target } from '../../client/target.js'
import type { PointColumns } from '../../engine/index.js'
import { type AnswerRow, ask } from '../ask.js'
import { SourceFailure } from '../backfill/copy-slice.js'
import { shardRanges } from '../backfill/discover-source.js'
import { selectSeriesText } from '../backfill/influxql-text.js'
import { SlicePatience } from '../backfill/slice-patience.js'
import { clipRanges, joinRanges, type TimeRange } from '../backfill/time-ranges.js'
import { type Slice, WorkList } from '../backfill/work-list.js'
import type { RateLimiter } from '../rate-limiter.js'
import { retryBusy } from '../retry-busy.js'
import type { Selection } from './select-fields.js'

/** Half a second of work for a server at its usual pace, far from the limits it may have. */
const SLICE_ROWS = 500_000

export interface SideReaderOptions {
  /** Of rows; null = as fast as they come. */
  readonly limiter: RateLimiter | null
  readonly signal: AbortSignal
  readonly warn: (message: string) => void
}

export interface DiffTable {
  readonly database: string
  readonly policy: string
  readonly measurement: string
}

export interface TableReading {
  readonly table: DiffTable
  readonly selections: readonly Selection[]
  readonly ranges: readonly TimeRange[]
  /** Share of the ranges that has been read, 0 to 1, and the rows that came since the last call. */
  readonly onProgress: (fraction: number, rowCount: number) => void
}

/** What is made of the rows of one piece, and what becomes of it when the piece is whole. */
export interface Gathering {
  add(columns: PointColumns): void | Promise<void>
  keep(): void | Promise<void>
}

export class SideReader {
  readonly side: Target
  readonly #options: SideReaderOptions
  #groups: Promise<AnswerRow[] | null> | null = null

  constructor(side: Target, options: SideReaderOptions) {
    this.side = side
    this.#options = options
  }

  /** All rows of a small statement, from a server that nobody has heard from yet: no answer is a failure at once. */
  async askOnce(text: string): Promise<AnswerRow[]> {
    return await ask(this.side, text)
  }

  /** All rows of a small statement. */
  async ask(text: string, database = ''): Promise<AnswerRow[]> {
    return await retryBusy(() => ask(this.side, text, database), this.#options.signal)
  }

  /** Times in which the table may have rows. */
  async rangesOf(
    { database, policy, measurement }: DiffTable,
    selections: readonly Selection[],
    window: TimeRange,
  ): Promise<TimeRange[]> {
    const groups = await (this.#groups ??= this.#listShardGroups())
    if (groups !== null) return shardRanges(groups, { database, policy, window })
    const place = [database, policy, measurement].map(quoteName).join('.')
    const ranges: TimeRange[] = []
    for (const { text } of selections) {
      const edge = async (order: 'ASC' | 'DESC'): Promise<bigint | null> => {
        const [row] = await this.ask(`SELECT ${text} FROM ${place} ORDER BY time ${order} LIMIT 1`, database)
        return row === undefined ? null : BigInt(String(row.values['time']))
      }
      const [startNs, lastNs] = [await edge('ASC'), await edge('DESC')]
      if (startNs !== null && lastNs !== null) ranges.push({ startNs, endNs: lastNs + 1n })
    }
    return clipRanges(joinRanges(ranges), window)
  }

  /** Null when only admins may see them. */
  async #listShardGroups(): Promise<AnswerRow[] | null> {
    try {
      return await this.ask('SHOW SHARD GROUPS')
    } catch (error) {
      if (error instanceof ClientError && error.kind === 'denied') return null
      throw error
    }
  }

  /** Rejects with the signal's reason, or with the failure that cannot be got around. */
  async read({ table, selections, ranges, onProgress }: TableReading, begin: () => Gathering): Promise<void> {
    const { signal, warn, limiter } = this.#options
    const { policy: retentionPolicy, measurement } = table
    const work = new WorkList([{ retentionPolicy, measurement, ranges, done: [] }])
    const named = (message: string): void => warn(`${this.side.name}: ${message}`)
    const patience = new SlicePatience({ work, warn: named, signal })
    for (let slice = work.take(); slice !== null; slice = work.take()) {
      const gathering = begin()
      let rowCount = 0
      try {
        for await (const columns of this.#rowsOf(table, selections, slice)) {
          await gathering.add(columns)
          rowCount += columns.rowCount
        }
      } catch (error) {
        if (!(error instanceof SourceFailure) || signal.aborted) throw error
        await patience.afterFailure(slice, error.cause)
        continue
      }
      await gathering.keep()
      patience.afterSuccess()
      work.finish(slice, rowCount / SLICE_ROWS)
      onProgress(work.fractionDone, rowCount)
      // Between two queries: a server must not hold one open while nobody reads.
      await limiter?.take(rowCount, signal)
    }
  }

  async *#rowsOf(
    { database }: DiffTable,
    selections: readonly Selection[],
    slice: Slice,
  ): AsyncGenerator<PointColumns> {
    const { signal } = this.#options
    try {
      for (const { text, types } of selections) {
        const call = { text: selectSeriesText(text, { ...slice, range: slice }), database, types, signal }
        for await (const columns of this.side.readColumns(call)) {
          signal.throwIfAborted()
          yield columns
        }
      }
    } catch (error) {
      if (signal.aborted) throw signal.reason
      throw new SourceFailure(error as Error)
    }
  }
}
