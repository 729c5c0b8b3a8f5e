/**
 * The port between query events and bytes: one implementation per format and shape. An encoder yields pieces of about
 * `PIECE_BYTES`; between two pieces the caller waits for the socket and lets others run. Pieces belong to the caller.
 */

import type { QueryEvent } from '../../../engine/index.js'

export interface ResultEncoder {
  /** The value of Content-Type, without parameters: clients compare it whole. */
  readonly contentType: string
  /** True after an answer that cannot go on (a value that the format cannot hold): nothing more is wanted. */
  readonly isFinished: boolean
  encode(event: QueryEvent): Iterable<Buffer>
  /** What is left, after the last event. */
  end(): Iterable<Buffer>
}

/** Values that a row loop may encode before it looks at the buffer: about 1 ms. */
export const VALUES_PER_TURN = 8192

export function rowsPerTurn(columnCount: number): number {
  return Math.max(1, Math.floor(VALUES_PER_TURN / Math.max(1, columnCount)))
}
