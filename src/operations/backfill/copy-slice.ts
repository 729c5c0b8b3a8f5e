/** One slice: read from the source, types settled, handed to a sink. */

import type { Target } from '../../client/target.js'
import type { FieldType, PointColumns } from '../../engine/index.js'
import { isValid } from '../../engine/index.js'
import type { RateLimiter } from '../rate-limiter.js'
import type { PlannedMeasurement } from './backfill-plan.js'
import { selectRowsText } from './influxql-text.js'
import { settleTypes, type TypeChoice } from './settle-types.js'
import type { Slice } from './work-list.js'

/** Where the rows of one slice go. */
export interface SliceSink {
  write(columns: PointColumns): Promise<void>
  /** Values that the type choice leaves out. */
  skip(columns: PointColumns): void
  /** Resolves when everything is stored for good. */
  finish(): Promise<void>
  /** The slice will be read again. */
  abandon(): Promise<void>
}

export type OpenSink = (slice: Slice) => SliceSink | Promise<SliceSink>

export interface CopyOptions {
  readonly source: Target
  readonly database: string
  readonly measurement: PlannedMeasurement
  readonly choice: TypeChoice
  /** Of values. */
  readonly limiter: RateLimiter | null
  readonly signal: AbortSignal
  readonly onRows: (rowCount: number, pointCount: number) => void
}

export interface CopyTally {
  readonly rowCount: number
  /** Field values. */
  readonly pointCount: number
}

/** A failure of the source, as opposed to one of the sink. */
export class SourceFailure extends Error {
  override readonly cause: Error

  constructor(cause: Error) {
    super(cause.message)
    this.cause = cause
  }
}

/**
 * Throws `SourceFailure` for what the source does; whatever the sink throws passes through. The source is asked
 * first: a sink may still wait for its target.
 */
export async function copySlice(slice: Slice, openSink: OpenSink, options: CopyOptions): Promise<CopyTally> {
  const { measurement, choice, limiter, signal, onRows } = options
  const conflicts = new Map(
    measurement.fields.filter(({ types }) => types.length > 1).map(({ name, types }) => [name, types]),
  )
  let rowCount = 0
  let pointCount = 0
  let sink: SliceSink | null = null
  try {
    for await (const part of readSlice(slice, options)) {
      signal.throwIfAborted()
      sink ??= await openSink(slice)
      const points = countValues(part)
      await limiter?.take(points, signal)
      const { columns, skipped } = settleTypes(part, conflicts, choice)
      if (skipped !== null) sink.skip(skipped)
      await sink.write(columns)
      rowCount += part.rowCount
      pointCount += points
      onRows(part.rowCount, points)
    }
    sink ??= await openSink(slice)
    await sink.finish()
  } catch (error) {
    await sink?.abandon()
    throw error
  }
  return { rowCount, pointCount }
}

export async function* readSlice(
  slice: Slice,
  { source, database, measurement, signal }: Pick<CopyOptions, 'source' | 'database' | 'measurement' | 'signal'>,
): AsyncGenerator<PointColumns> {
  const fields = measurement.fields.map(({ name }) => name)
  const text = selectRowsText({ ...slice, fields, range: slice })
  const types = new Map<string, readonly FieldType[]>(measurement.fields.map((field) => [field.name, field.types]))
  try {
    yield* source.readColumns({ text, database, types, signal })
  } catch (error) {
    if (signal.aborted) throw signal.reason
    throw new SourceFailure(error as Error)
  }
}

/** Values that are there. */
export function countValues({ fields, rowCount }: PointColumns): number {
  let count = 0
  for (const { validity } of fields) {
    if (validity === null) count += rowCount
    else for (let row = 0; row < rowCount; row++) if (isValid(validity, row)) count++
  }
  return count
}
