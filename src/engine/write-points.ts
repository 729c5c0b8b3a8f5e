/**
 * The journey of a write: parse → check types and limits → log → memtable. The body is parsed here, in slices; the rest of
 * the way is that of all points.
 */

import type { DatabaseRuntime } from './database-runtime.js'
import { HyperbyteError } from './domain/errors.js'
import type { EventLoopTurns } from './domain/event-loop-turns.js'
import type { ParsedPoints, PointParser } from './domain/parsed-points.js'
import type { WriteFormat, WriteOutcome, WriteRequest } from './engine.js'
import { LineProtocolParser } from './line-protocol/line-protocol-parser.js'
import type { Database } from './metadata/meta-state.js'
import { MessagePackColumnParser } from './msgpack-ingest/message-pack-column-parser.js'
import { MessagePackPointParser } from './msgpack-ingest/message-pack-point-parser.js'
import { storePoints, type WritePath } from './store-points.js'

/** About 2 ms of parsing, so that a 25 MB body does not hold up queries. */
const SLICE_BYTES = 2 ** 20
/** Bodies up to here, 0.1 ms of parsing, do not wait for a turn. */
const UNPACED_BYTES_MAX = 2 ** 16

const PARSERS = {
  'line-protocol': LineProtocolParser,
  msgpack: MessagePackPointParser,
  'columnar-msgpack': MessagePackColumnParser,
} as const satisfies Record<WriteFormat, unknown>

export async function writePoints(path: WritePath, request: WriteRequest): Promise<WriteOutcome> {
  const database = findDatabase(path, request.database)
  return await storePoints(path, database, request, (runtime) => parseBody(runtime, request, path.turns))
}

/** Throws `database-not-found`. */
export function findDatabase(path: WritePath, name: string): Database {
  const database = path.database(name)
  if (database === undefined) throw new HyperbyteError('database-not-found', `database not found: "${name}"`)
  return database
}

async function parseBody(
  runtime: DatabaseRuntime,
  request: WriteRequest,
  turns: EventLoopTurns,
): Promise<ParsedPoints> {
  const { precision, nowNs, body, format } = request
  const parser: PointParser = new PARSERS[format](body, { table: runtime.seriesTable, precision, nowNs })
  if (body.length > UNPACED_BYTES_MAX) await turns.next()
  while (!parser.parseSlice(SLICE_BYTES)) await turns.next()
  return parser.finish()
}
