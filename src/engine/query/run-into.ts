/**
 * SELECT … INTO: the frames of a SELECT are stored instead of sent, and the answer is how many points that made. A series
 * keeps its GROUP BY tags as tags; all other columns become fields. Rows are stored in batches, each in the log before
 * the next is made, so what is in memory stays bounded however much is copied.
 */

import { HyperbyteError } from '../domain/errors.js'
import type { MeasurementRef } from '../influxql/ast.js'
import type { Catalog, CatalogWriter, QueryRequest, SeriesRows, WriteTarget } from './catalog.js'
import { throwIfEnded } from './pace.js'
import type { ResultColumn, SeriesFrame } from './result.js'

/** As many points as influxd puts together. */
const BATCH_ROW_COUNT = 10_000

export interface IntoContext {
  readonly catalog: Catalog
  readonly writer: CatalogWriter
  readonly request: QueryRequest
}

/** Throws what `writeRows` throws; points that came before it stay stored. */
export async function* runInto(
  target: MeasurementRef,
  frames: AsyncIterable<SeriesFrame>,
  context: IntoContext,
): AsyncGenerator<SeriesFrame> {
  const place = placeOf(target, context)
  const { writer, request } = context
  let writtenCount = 0
  let waiting: SeriesRows[] = []
  let waitingCount = 0
  for await (const frame of frames) {
    throwIfEnded(request.signal)
    waiting.push(rowsOf(frame, target.name || frame.name))
    waitingCount += frame.rowCount
    if (waitingCount < BATCH_ROW_COUNT) continue
    writtenCount += await writer.writeRows(place, waiting, request.nowNs)
    waiting = []
    waitingCount = 0
  }
  if (waitingCount > 0) writtenCount += await writer.writeRows(place, waiting, request.nowNs)
  yield countFrame(writtenCount)
}

/** The policy is looked for when there is something to write: a SELECT without rows does not miss it (influxd 1.6.7). */
function placeOf(target: MeasurementRef, { catalog, request }: IntoContext): WriteTarget {
  const database = target.database || request.database
  if (database === '') throw new HyperbyteError('invalid', 'database name required')
  if (catalog.database(database) === undefined) {
    throw new HyperbyteError('database-not-found', `database not found: ${database}`)
  }
  return { database, retentionPolicy: target.retentionPolicy || request.retentionPolicy }
}

function rowsOf({ tags, columns, rowCount }: SeriesFrame, measurement: string): SeriesRows {
  const [time, ...rest] = columns
  const timestamps = time.column.values as BigInt64Array
  return { measurement, tags: tags ?? [], rowCount, timestamps, fields: lastOfEachName(rest) }
}

/** Of columns with one name the last counts, its missing values too. */
function lastOfEachName(columns: readonly ResultColumn[]): readonly ResultColumn[] {
  const byName = new Map(columns.map((column) => [column.name, column]))
  return byName.size === columns.length ? columns : [...byName.values()]
}

function countFrame(writtenCount: number): SeriesFrame {
  return {
    name: 'result',
    tags: null,
    columns: [
      { name: 'time', column: { type: 'time', values: BigInt64Array.of(0n), validity: null } },
      { name: 'written', column: { type: 'integer', values: BigInt64Array.of(BigInt(writtenCount)), validity: null } },
    ],
    rowCount: 1,
    isPartial: false,
  }
}
