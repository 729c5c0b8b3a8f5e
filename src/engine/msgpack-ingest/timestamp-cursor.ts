/** Reads the times of a block's rows: an array of timestamps, or binary with 8 bytes little-endian each. */

import { timeBoundsOf } from '../domain/time-bounds.js'
import { MessagePackFault, MessagePackReader } from './message-pack-reader.js'
import { checkTimestamp, readTimestampNs } from './read-timestamp.js'

export interface TimestampCursorOptions {
  readonly rowCount: number
  readonly unitNs: bigint
  /** The time of rows that have none. */
  readonly nowNs: bigint
}

export class TimestampCursor {
  readonly #options: TimestampCursorOptions
  /** null: no row has a time. */
  readonly #reader: MessagePackReader | null
  readonly #packed: Buffer | null
  #row = 0

  /** `position` is where the times begin; null when the block has none. */
  constructor(body: Uint8Array, position: number | null, options: TimestampCursorOptions) {
    this.#options = options
    const reader = new MessagePackReader(body)
    if (position !== null) reader.seek(position)
    const hasTimes = position !== null && !reader.skipNil()
    this.#packed = hasTimes && reader.kind() === 'binary' ? reader.readBinary() : null
    this.#reader = hasTimes ? reader : null
    if (!hasTimes) return
    const count = this.#packed === null ? reader.readArrayLength() : this.#packed.length / 8
    const { rowCount } = options
    if (count !== rowCount) throw new MessagePackFault(`${count} timestamps for ${rowCount} rows`)
  }

  next(): bigint {
    const { unitNs, nowNs } = this.#options
    const row = this.#row++
    if (this.#packed !== null) return checkTimestamp(this.#packed.readBigInt64LE(8 * row) * unitNs)
    const reader = this.#reader
    return reader === null || reader.skipNil() ? nowNs : readTimestampNs(reader, unitNs)
  }

  /** The times of the next `count` rows, at least one, into `target` from row `from` on. */
  appendTo(target: BigInt64Array, from: number, count: number): void {
    if (this.#packed === null || this.#options.unitNs !== 1n) {
      for (let row = from; row < from + count; row++) target[row] = this.next()
      return
    }
    const bytes = this.#packed.subarray(8 * this.#row, 8 * (this.#row + count))
    new Uint8Array(target.buffer, target.byteOffset + 8 * from, 8 * count).set(bytes)
    this.#row += count
    const { minNs, maxNs } = timeBoundsOf(target.subarray(from), count)
    checkTimestamp(minNs)
    checkTimestamp(maxNs)
  }
}
