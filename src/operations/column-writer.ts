/**
 * Columns → a target, in requests of a good size, one under way while the next is gathered. A target that is busy is
 * asked again after a while, and one that calls a request too large gets it in halves. What becomes of rows that it refuses is the caller's to say.
 */

import { ClientError } from '../client/client-error.js'
import { isRefusal } from '../client/find-rejected.js'
import type { Target } from '../client/target.js'
import type { PointColumns } from '../engine/index.js'
import { halveRows } from './halve-rows.js'
import { retryBusy } from './retry-busy.js'

/** Either may throw, which ends the writing. */
export interface RefusalHandler {
  /** Some of these rows were refused; those that may be stored are. */
  onRefused(columns: readonly PointColumns[], error: ClientError): Promise<void>
  /** So many rows have names that this target cannot be told. */
  onUnspelled(rowCount: number): void
}

export interface ColumnWriterOptions {
  readonly target: Target
  readonly database: string
  readonly retentionPolicy: string
  readonly isCompressed: boolean
  readonly refusals: RefusalHandler
  /** Rows of one request at the most, however small they are. */
  readonly rowsPerRequest?: number
  readonly signal: AbortSignal
}

/** About 2 MB: less than any server's limit, and enough that requests cost nothing by themselves. */
const VALUES_PER_REQUEST = 200_000

export class ColumnWriter {
  readonly #options: ColumnWriterOptions
  #gathered: PointColumns[] = []
  #gatheredCount = 0
  #gatheredRowCount = 0
  #underWay: Promise<void> = Promise.resolve()
  #failure: { readonly error: unknown } | null = null

  constructor(options: ColumnWriterOptions) {
    this.#options = options
  }

  async add(columns: PointColumns): Promise<void> {
    if (columns.rowCount === 0 || columns.fields.length === 0) return
    const { rowsPerRequest = Number.POSITIVE_INFINITY } = this.#options
    if (this.#gatheredRowCount + columns.rowCount > rowsPerRequest) await this.#send()
    this.#gathered.push(columns)
    this.#gatheredCount += columns.rowCount * columns.fields.length
    this.#gatheredRowCount += columns.rowCount
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
    this.#gatheredRowCount = 0
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
    const { target, database, retentionPolicy, isCompressed, refusals, signal } = this.#options
    const call = { database, retentionPolicy, columns, isCompressed }
    try {
      const unspelledCount = await retryBusy(() => target.writeColumns(call), signal)
      if (unspelledCount > 0) refusals.onUnspelled(unspelledCount)
    } catch (error) {
      const halves = isTooLarge(error) ? halve(columns) : null
      if (halves !== null) for (const half of halves) await this.#write(half)
      else if (isRefusal(error)) await refusals.onRefused(columns, error)
      else throw error
    }
  }
}

function isTooLarge(error: unknown): boolean {
  return error instanceof ClientError && error.status === 413
}

function halve(columns: readonly PointColumns[]): readonly (readonly PointColumns[])[] | null {
  const middle = columns.length >>> 1
  if (middle > 0) return [columns.slice(0, middle), columns.slice(middle)]
  return halveRows(columns[0])?.map((half) => [half]) ?? null
}
