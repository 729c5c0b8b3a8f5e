/**
 * Columns → a target, in requests of a good size, one under way while the next is gathered. A target that is busy is
 * asked again after a while. Rows that it refuses are found by writing them again in halves, as lines, which changes nothing for
 * those that were taken.
 */

import { encodeLines } from '../client/encode-line-protocol.js'
import { findRejected, isRefusal } from '../client/find-rejected.js'
import type { Target } from '../client/target.js'
import type { PointColumns } from '../engine/index.js'
import type { RejectedLines } from './rejected-lines.js'
import { retryBusy } from './retry-busy.js'

export interface ColumnWriterOptions {
  readonly target: Target
  readonly database: string
  readonly retentionPolicy: string
  readonly isCompressed: boolean
  readonly rejected: RejectedLines
  readonly signal: AbortSignal
}

/** About 2 MB: less than any server's limit, and enough that requests cost nothing by themselves. */
const VALUES_PER_REQUEST = 200_000

export class ColumnWriter {
  readonly #options: ColumnWriterOptions
  #gathered: PointColumns[] = []
  #gatheredCount = 0
  #underWay: Promise<void> = Promise.resolve()
  #failure: { readonly error: unknown } | null = null

  constructor(options: ColumnWriterOptions) {
    this.#options = options
  }

  async add(columns: PointColumns): Promise<void> {
    if (columns.rowCount === 0 || columns.fields.length === 0) return
    this.#gathered.push(columns)
    this.#gatheredCount += columns.rowCount * columns.fields.length
    if (this.#gatheredCount >= VALUES_PER_REQUEST) await this.#send()
  }

  /** Resolves when everything added is stored. */
  async drain(): Promise<void> {
    await this.#send()
    await this.#settle()
  }

  async #send(): Promise<void> {
    const columns = this.#gathered
    this.#gathered = []
    this.#gatheredCount = 0
    await this.#settle()
    if (columns.length === 0) return
    this.#underWay = this.#write(columns).catch((error: unknown) => {
      this.#failure = { error }
    })
  }

  async #settle(): Promise<void> {
    await this.#underWay
    if (this.#failure !== null) throw this.#failure.error
  }

  async #write(columns: readonly PointColumns[]): Promise<void> {
    const { target, database, retentionPolicy, isCompressed, rejected, signal } = this.#options
    if (target.kind === 'server') {
      for (const part of columns) rejectUnspelled(part, rejected)
    }
    try {
      await retryBusy(() => target.writeColumns({ database, retentionPolicy, columns, isCompressed }), signal)
    } catch (error) {
      if (!isRefusal(error)) throw error
      const lines = columns.flatMap((part) => encodeLines(part).lines)
      await findRejected(lines, error.message, {
        send: (part) =>
          target.write({
            database,
            retentionPolicy,
            precision: 'ns',
            body: Buffer.from(part.join('\n') + '\n'),
            isCompressed,
          }),
        onRejected: ({ line, reason }) => rejected.add(line, reason),
      })
    }
  }
}

/** Names that line protocol cannot spell are rare, and only bodies of lines lose them. */
function rejectUnspelled(part: PointColumns, rejected: RejectedLines): void {
  const names = [part.measurement, ...part.series.flat(2), ...part.fields.map(({ name }) => name)]
  if (names.every((name) => !name.endsWith('\\') && !name.includes('\n') && !name.startsWith('#'))) return
  rejected.addCount('a name that line protocol cannot spell', encodeLines(part).unspelledCount)
}
