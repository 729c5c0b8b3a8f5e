/** Slices into a server or a data directory. */

import { encodeLines } from '../../client/encode-line-protocol.js'
import type { Target } from '../../client/target.js'
import type { PointColumns } from '../../engine/index.js'
import { ColumnWriter } from '../column-writer.js'
import { rejectRows } from '../reject-rows.js'
import type { RejectedLines } from '../rejected-lines.js'
import type { SliceSink } from './copy-slice.js'

export interface TargetSinkOptions {
  readonly target: Target
  readonly database: string
  readonly retentionPolicy: string
  readonly isCompressed: boolean
  readonly rejected: RejectedLines
  readonly signal: AbortSignal
}

export class TargetSink implements SliceSink {
  readonly #writer: ColumnWriter
  readonly #rejected: RejectedLines

  constructor(options: TargetSinkOptions) {
    this.#writer = new ColumnWriter({ ...options, refusals: rejectRows(options) })
    this.#rejected = options.rejected
  }

  write(columns: PointColumns): Promise<void> {
    return this.#writer.add(columns)
  }

  skip(columns: PointColumns): void {
    const names = columns.fields.map(({ name, type }) => `"${name}" is ${type} here`)
    for (const line of encodeLines(columns).lines) this.#rejected.add(line, `type conflict: field ${names.join(', ')}`)
  }

  finish(): Promise<void> {
    return this.#writer.drain()
  }

  /** What has been written stays, and is written again. */
  async abandon(): Promise<void> {
    await this.#writer.drain().catch(() => {})
  }
}
