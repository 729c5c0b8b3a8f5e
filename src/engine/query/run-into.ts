/**
 * SELECT … INTO: the frames of a SELECT are stored instead of sent, and the answer is how many points that made. A series
 * keeps its GROUP BY tags as tags; all other columns become fields. Rows are stored in batches, each in the log before
 * the next is made, so what is in memory stays bounded however much is copied.
 */

import { type Column, isValid } from '../domain/column.js'
import { HyperbyteError } from '../domain/errors.js'
import type { MeasurementRef } from '../influxql/ast.js'
import type { Catalog, CatalogWriter, QueryRequest, SeriesRows, WriteTarget } from './catalog.js'
import { gatherColumn } from './operators/column-slice.js'
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
    waiting.push(...seriesOf(frame, target.name || frame.name))
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

/** The rows of a frame by the values of its tag columns: `top(usage, host, 3)` gives a series to each host. */
function seriesOf({ tags, columns, rowCount }: SeriesFrame, measurement: string): SeriesRows[] {
  const [time, ...rest] = columns
  const timestamps = time.column.values as BigInt64Array
  const fields = lastOfEachName(rest.filter(({ isTag }) => isTag !== true))
  const tagColumns = rest.filter(({ isTag }) => isTag === true)
  const groupTags = tags ?? []
  if (tagColumns.length === 0) return [{ measurement, tags: groupTags, rowCount, timestamps, fields }]
  const rowsByTags = new Map<string, number[]>()
  for (let row = 0; row < rowCount; row++) {
    const key = JSON.stringify(tagColumns.map(({ column }) => textAt(column, row)))
    const rows = rowsByTags.get(key)
    if (rows === undefined) rowsByTags.set(key, [row])
    else rows.push(row)
  }
  return Array.from(rowsByTags.values(), (rows) => {
    const taken = Int32Array.from(rows)
    const own = tagColumns.map(({ name, column }) => [name, textAt(column, rows[0])] as const)
    return {
      measurement,
      tags: [...groupTags.filter(([key]) => !own.some(([name]) => name === key)), ...own],
      rowCount: rows.length,
      timestamps: BigInt64Array.from(rows, (row) => timestamps[row]),
      fields: fields.map((field) => ({ ...field, column: gatherColumn(field.column, taken) })),
    }
  })
}

function textAt({ values, validity }: Column, row: number): string {
  return isValid(validity, row) ? String(values[row]) : ''
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
