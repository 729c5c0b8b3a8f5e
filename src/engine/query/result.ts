/**
 * What a query answers with, before any encoding: a stream of series frames per statement. Frames are columns, so an
 * encoder's loop runs per column or per row over typed arrays. JSON, CSV, MessagePack and Arrow all come from these.
 *
 * A frame is a whole series or a piece of one: `isPartial` on a frame says that the next frame continues the same
 * series (same name and tags). Encoders decide how to cut them into chunks.
 */

import type { Column } from '../domain/column.js'

export interface SeriesFrame {
  /** '' when the answer's series has no name (some SHOW statements). */
  readonly name: string
  /** GROUP BY tags in printed order, or null when the series has none. */
  readonly tags: readonly (readonly [key: string, value: string])[] | null
  readonly columns: readonly ResultColumn[]
  readonly rowCount: number
  readonly isPartial: boolean
  /** IANA name that times are printed in; absent = UTC. */
  readonly timeZone?: string
  /** How a chunked answer groups this statement's frames; absent = 'rows'. */
  readonly delivery?: FrameDelivery
}

/**
 * `rows`: cut by chunk size, with `partial` until the last piece (SELECT, SHOW FIELD KEYS, SHOW SERIES).
 * `whole`: all frames of the statement are one result (SHOW DATABASES, SHOW SHARDS and the other lists of metadata).
 * `apart`: each frame is a result of its own and is never cut (SHOW TAG KEYS, SHOW TAG VALUES).
 */
export type FrameDelivery = 'rows' | 'whole' | 'apart'

export interface ResultColumn {
  readonly name: string
  readonly column: Column
  /** Each value is a list of texts, one on a line. */
  readonly isList?: boolean
  /** Texts that INTO stores as a tag of each row, not as a field. */
  readonly isTag?: boolean
}

export interface ResultMessage {
  readonly level: 'warning'
  readonly text: string
}

/**
 * What happens while statements run, in order. A statement ends with one `statement-end`. One that fails ends the
 * query, and each statement that was to follow adds another end to it, `not executed`.
 */
export type QueryEvent =
  | { readonly kind: 'frame'; readonly statementId: number; readonly frame: SeriesFrame }
  | {
      readonly kind: 'statement-end'
      readonly statementId: number
      readonly messages: readonly ResultMessage[]
      /** Text for `results[i].error`, or null. */
      readonly error: string | null
    }
