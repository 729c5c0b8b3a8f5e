/** What an ingest format makes of a request body. */

import type { PointBatch } from './point-batch.js'
import type { PointDrops } from './point-drops.js'

export interface ParsedPoints {
  readonly batch: PointBatch
  /** Parts of the body that are no points, as the client is told about them, in order; the first MiB of text. */
  readonly errors: readonly string[]
  readonly faultyCount: number
  /** Points that are well-formed but may not be stored, and why the first of them may not; '' if there are none. */
  readonly droppedCount: number
  readonly dropReason: string
}

/** What comes without faults of spelling: every part of it is a point. */
export function withoutFaults(batch: PointBatch, { count, reason }: PointDrops): ParsedPoints {
  return { batch, errors: [], faultyCount: 0, droppedCount: count, dropReason: reason }
}

/** A body being parsed, in slices so that the caller can let others run in between. */
export interface PointParser {
  /** Goes on for about `byteCount` bytes; true when the body is at its end. Throws `invalid` when it is no such body. */
  parseSlice(byteCount: number): boolean
  /** To be called once, at the end. */
  finish(): ParsedPoints
}
