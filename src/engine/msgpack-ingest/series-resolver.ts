/**
 * Series of points whose measurement and tags lie somewhere in a MessagePack body. What was resolved once is found again
 * by its encoded bytes, without decoding them.
 */

import { HyperbyteError } from '../domain/errors.js'
import type { PointDrops } from '../domain/point-drops.js'
import type { MemorySeriesTable } from '../metadata/memory-series-table.js'
import { encodeSeriesKey, SERIES_KEY_BYTES_MAX } from '../metadata/series-key.js'
import type { Tag } from '../metadata/series-table.js'
import { MessagePackFault, type MessagePackReader } from './message-pack-reader.js'

/** One encoded value. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** Passes the value at hand and tells where it is. */
export function skipToSpan(reader: MessagePackReader): Span {
  const start = reader.position
  reader.skip()
  return { start, end: reader.position }
}

export class SeriesResolver {
  readonly #reader: MessagePackReader
  readonly #table: MemorySeriesTable
  readonly #drops: PointDrops
  readonly #known = new Map<string, number>()

  constructor(reader: MessagePackReader, table: MemorySeriesTable, drops: PointDrops) {
    this.#reader = reader
    this.#table = table
    this.#drops = drops
  }

  /** Ordinal; -1 when the series may not be stored, which is then counted. Leaves the reader where it is. */
  resolve(measurement: Span, tags: Span | null): number {
    const reader = this.#reader
    // Each encoding says how long it is, so two of them in a row cannot be mistaken for others.
    const tagText = tags === null ? '' : reader.textBetween(tags.start, tags.end)
    const spelling = reader.textBetween(measurement.start, measurement.end) + tagText
    const known = this.#known.get(spelling)
    if (known !== undefined) return known
    const position = reader.position
    reader.seek(measurement.start)
    const name = reader.readName()
    if (name === '') throw new MessagePackFault('missing measurement')
    const series = this.#admit(name, tags === null ? [] : this.#readTags(tags))
    reader.seek(position)
    if (series >= 0) this.#known.set(spelling, series)
    return series
  }

  /** Tags without a value are left out. */
  #readTags(span: Span): Tag[] {
    const reader = this.#reader
    reader.seek(span.start)
    if (reader.skipNil()) return []
    const tags = new Map<string, string>()
    for (let count = reader.readMapLength(); count > 0; count--) {
      const key = reader.readName()
      if (key === '') throw new MessagePackFault('missing tag key')
      if (tags.has(key)) throw new MessagePackFault('duplicate tags')
      tags.set(key, reader.skipNil() ? '' : reader.readName())
    }
    return [...tags].filter(([, value]) => value !== '')
  }

  #admit(measurement: string, tags: readonly Tag[]): number {
    if (tags.some(([key]) => key === 'time')) {
      this.#drops.add('key', `invalid tag key: input tag "time" on measurement "${measurement}" is invalid`)
      return -1
    }
    const key = encodeKey(measurement, tags)
    if (key.length > SERIES_KEY_BYTES_MAX) {
      throw new MessagePackFault(`max key length exceeded: ${key.length} > ${SERIES_KEY_BYTES_MAX}`)
    }
    const series = this.#table.admitKey(key)
    if (series < 0) this.#drops.add('series-limit', this.#table.limitReason())
    return series
  }
}

function encodeKey(measurement: string, tags: readonly Tag[]): Uint8Array {
  try {
    return encodeSeriesKey(measurement, tags)
  } catch (error) {
    if (error instanceof HyperbyteError && error.code === 'invalid') throw new MessagePackFault(error.message)
    throw error
  }
}
