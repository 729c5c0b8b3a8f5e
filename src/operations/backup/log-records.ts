/**
 * The log of a checkpoint or of a set, record by record: checksums and sequences are checked, records of what is left
 * out make room for placeholders, and what passed by is counted.
 */

import { checkRecord, placeholderRecord, readRecordHead, splitRecords } from '../../engine/index.js'
import { BackupError } from './backup-error.js'
import type { ManifestLog, Selection } from './repository/manifest.js'
import { isRecordIn } from './selection.js'

/** Of a record's length, which counts the bytes after itself. */
const LENGTH_BYTES = 4

export interface LogBounds {
  /** The first record is the one after this. */
  readonly flushedSequence: bigint
  readonly lastSequence: bigint
}

export type LogFacts = Pick<ManifestLog, 'records' | 'firstTime' | 'lastTime'>

export class LogReader {
  readonly #bounds: LogBounds
  readonly #selection: Selection | null
  #count = 0
  #firstNs: bigint | null = null
  #lastNs: bigint | null = null

  constructor(bounds: LogBounds, selection: Selection | null) {
    this.#bounds = bounds
    this.#selection = selection
  }

  /** What was read so far. */
  facts(): LogFacts {
    const text = (ns: bigint | null) => (ns === null ? null : String(ns))
    return { records: this.#count, firstTime: text(this.#firstNs), lastTime: text(this.#lastNs) }
  }

  /** `pieces` of whole records → one record each. Throws `damaged` for a bad record, a gap, or a log that ends too early. */
  async *read(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const { flushedSequence, lastSequence } = this.#bounds
    let expected = flushedSequence + 1n
    for await (const piece of pieces) {
      for (const record of splitRecords(piece)) {
        const sequence = checkRecord(record)
        if (sequence === null) throw new BackupError('damaged', `the log is damaged behind record ${expected - 1n}`)
        if (sequence <= flushedSequence) continue
        if (sequence !== expected) {
          throw new BackupError('damaged', `the log has lost the records ${expected} to ${sequence - 1n}`)
        }
        expected++
        yield this.#take(record)
      }
    }
    if (expected !== lastSequence + 1n) {
      throw new BackupError('damaged', `the log ends at record ${expected - 1n} instead of ${lastSequence}`)
    }
  }

  #take(record: Uint8Array): Uint8Array {
    const { sequence, timeNs, database, retentionPolicy } = readRecordHead(record)
    this.#count++
    this.#firstNs ??= timeNs
    this.#lastNs = timeNs ?? this.#lastNs
    const isIn = isRecordIn(this.#selection, database, retentionPolicy)
    return isIn ? record : placeholderRecord(sequence, timeNs ?? 0n)
  }
}

/** Pieces of any size → pieces of whole records. */
export async function* wholeRecords(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = []
  let length = 0
  /** Bytes that make the first record whole; a long one is put together once, not with every piece. */
  let needed = LENGTH_BYTES
  for await (const piece of pieces) {
    length += piece.length
    // What is kept is a copy: sources use their buffers again.
    if (length < needed) {
      parts.push(Buffer.from(piece))
      continue
    }
    const bytes = parts.length === 0 ? piece : Buffer.concat([...parts, piece], length)
    const { end, next } = endOfWholeRecords(bytes)
    if (end > 0) yield bytes.subarray(0, end)
    length = bytes.length - end
    parts = length === 0 ? [] : [Buffer.from(bytes.subarray(end))]
    needed = next - end
  }
  if (length > 0) throw new BackupError('damaged', 'the log ends in the middle of a record')
}

/** `next`: where the record that begins at `end` ends, as far as that is known. */
function endOfWholeRecords(bytes: Uint8Array): { end: number; next: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let end = 0
  while (end + LENGTH_BYTES <= bytes.length) {
    const next = end + LENGTH_BYTES + view.getUint32(end, true)
    if (next > bytes.length) return { end, next }
    end = next
  }
  return { end, next: end + LENGTH_BYTES }
}
