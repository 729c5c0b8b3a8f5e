/**
 * Where the series and rows of a database have come from since it was opened, by measurement: how many series were new in
 * each of the last hours, and which clients wrote. For those who look for whoever makes too many series. Counting a write
 * costs two look-ups for each of its measurements.
 */

export interface MeasurementOrigins {
  /** New in the last 24 hours, or since the database was opened; one that was dropped and came again counts twice. */
  readonly createdCount: number
  /** Those that made most series first. */
  readonly writers: readonly SeriesWriter[]
}

export interface SeriesWriter {
  /** '' = the database itself, for SELECT … INTO. */
  readonly client: string
  /** Since the database was opened. */
  readonly createdCount: number
  readonly rowCount: number
}

/** One write's share of one measurement. */
export interface CountedWrite {
  readonly measurement: string
  readonly client: string
  readonly rowCount: number
  readonly createdCount: number
  /** Monotonic milliseconds. */
  readonly atMs: number
}

interface Origin {
  /** Number of the hour → new series. */
  readonly createdByHour: Map<number, number>
  readonly writers: Map<string, { rowCount: number; createdCount: number }>
}

const HOUR_MS = 3_600_000
/** The hour that has begun and 24 whole ones. */
const HOUR_COUNT_MAX = 25
const WRITER_COUNT_MAX = 16

export class SeriesOrigins {
  readonly #origins = new Map<string, Origin>()

  add({ measurement, client, rowCount, createdCount, atMs }: CountedWrite): void {
    const origin = this.#open(measurement)
    const writer = openWriter(origin, client)
    writer.rowCount += rowCount
    if (createdCount === 0) return
    writer.createdCount += createdCount
    const hour = Math.floor(atMs / HOUR_MS)
    const { createdByHour } = origin
    createdByHour.set(hour, (createdByHour.get(hour) ?? 0) + createdCount)
    for (const old of createdByHour.keys()) if (old <= hour - HOUR_COUNT_MAX) createdByHour.delete(old)
  }

  of(measurement: string, nowMs: number): MeasurementOrigins {
    const origin = this.#origins.get(measurement)
    if (origin === undefined) return { createdCount: 0, writers: [] }
    const newest = Math.floor(nowMs / HOUR_MS)
    let createdCount = 0
    for (const [hour, count] of origin.createdByHour) if (hour > newest - HOUR_COUNT_MAX) createdCount += count
    const writers = [...origin.writers].map(([client, counts]) => ({ client, ...counts }))
    return { createdCount, writers: writers.sort(byCounts).reverse() }
  }

  forget(measurement: string): void {
    this.#origins.delete(measurement)
  }

  #open(measurement: string): Origin {
    let origin = this.#origins.get(measurement)
    if (origin === undefined) {
      origin = { createdByHour: new Map(), writers: new Map() }
      this.#origins.set(measurement, origin)
    }
    return origin
  }
}

/** When there are too many, the one that made least makes room. */
function openWriter({ writers }: Origin, client: string): { rowCount: number; createdCount: number } {
  const known = writers.get(client)
  if (known !== undefined) return known
  if (writers.size === WRITER_COUNT_MAX) {
    const [[least]] = [...writers].sort(([, a], [, b]) => byCounts(a, b))
    writers.delete(least)
  }
  const writer = { rowCount: 0, createdCount: 0 }
  writers.set(client, writer)
  return writer
}

interface Counts {
  readonly rowCount: number
  readonly createdCount: number
}

function byCounts(a: Counts, b: Counts): number {
  return a.createdCount - b.createdCount || a.rowCount - b.rowCount
}
