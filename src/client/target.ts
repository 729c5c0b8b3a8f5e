/**
 * A database as the toolkit sees it, in one interface with two implementations: a running server (`HttpClient`, over
 * HTTP) and a local data directory (`DirectoryTarget` of src/daemon/directory-target.ts, with the engine inside this
 * process). An operation takes a `Target` and need not know which it has; `src/cli/open-target.ts` opens the one that
 * the flags name.
 *
 * Failures are `ClientError` or the engine's own; both decide the exit code by themselves. A directory that another
 * process holds fails to open with `locked`.
 */

import type { FieldType, PointColumns } from '../engine/index.js'
import type { QueryCall, WriteCall } from './http-client.js'
import type { QueryAnswer } from './query-answer.js'

export interface Target {
  readonly kind: 'server' | 'directory'
  /** Address or path, for messages. */
  readonly name: string
  /** The answer in pieces of some thousand rows; each is a document of its own. Throws when the text is no InfluxQL. */
  query(call: QueryCall): AsyncIterable<QueryAnswer>
  /** The whole answer as JSON text. */
  queryText(call: QueryCall): Promise<string>
  /** Resolves when all of the body is stored durably. Throws `partial` when some of it was refused. */
  write(call: WriteCall): Promise<void>
  /** The rows of one raw SELECT as columns. Ends with the signal's reason when it aborts. */
  readColumns(call: ReadCall): AsyncIterable<PointColumns>
  /**
   * As `write`, for rows that are columns already. Resolves with how many rows were left out, whole or in part: a server
   * that takes line protocol only cannot be told every name.
   */
  writeColumns(call: ColumnWriteCall): Promise<number>
  /** What a directory that was opened without a log has in memory goes to disk; a server has promised that already. */
  flush(): Promise<void>
  /** Idempotent. A directory brings its rows in memory to disk first. */
  close(): Promise<void>
}

export interface ReadCall {
  /** `SELECT` of fields only, `GROUP BY *` or without tags; no aggregate, no alias of `time`. */
  readonly text: string
  readonly database: string
  /** Types a field may have, by name; one that is not listed takes the type of its first value. */
  readonly types: ReadonlyMap<string, readonly FieldType[]>
  readonly signal: AbortSignal
}

export interface ColumnWriteCall {
  readonly database: string
  /** '' = the database's default. */
  readonly retentionPolicy: string
  readonly columns: readonly PointColumns[]
  readonly isCompressed: boolean
}
