/**
 * How fast data grows and the disk fills: a reading every few minutes, kept for a day. Before enough time has passed there
 * is no answer, because the first minutes of a server say nothing about its days.
 */

export interface GrowthReading {
  readonly atMs: number
  /** Of the file system, whoever uses it. */
  readonly usedBytes: number
  /** Bytes in files, by database. */
  readonly databases: ReadonlyMap<string, number>
}

export interface Growth {
  readonly bytes: number
  readonly seconds: number
}

export const READING_INTERVAL_MS = 5 * 60_000
const DAY_MS = 86_400_000
/** Two readings. */
const SPAN_MS_MIN = 2 * READING_INTERVAL_MS

const TEN_YEARS_SECONDS = 10 * 365 * 86_400

export class GrowthHistory {
  #readings: GrowthReading[] = []

  isDue(nowMs: number): boolean {
    const last = this.#readings.at(-1)
    return last === undefined || nowMs - last.atMs >= READING_INTERVAL_MS
  }

  add(reading: GrowthReading): void {
    this.#readings.push(reading)
    // One that is older than a day stays, so that the span covers the whole day.
    while (this.#readings.length > 1 && reading.atMs - this.#readings[1].atMs >= DAY_MS) this.#readings.shift()
  }

  /** null = not known yet. */
  ofDatabase(name: string, nowBytes: number, nowMs: number): Growth | null {
    const first = this.#firstWith(name)
    if (first === undefined || nowMs - first.atMs < SPAN_MS_MIN) return null
    return { bytes: nowBytes - (first.databases.get(name) ?? 0), seconds: (nowMs - first.atMs) / 1000 }
  }

  /** null = it is not filling up, not known yet, or too far away to mean anything. */
  secondsUntilFull(usedBytes: number, freeBytes: number, nowMs: number): number | null {
    const first = this.#readings[0]
    if (first === undefined || nowMs - first.atMs < SPAN_MS_MIN) return null
    const perSecond = (usedBytes - first.usedBytes) / ((nowMs - first.atMs) / 1000)
    if (perSecond <= 0) return null
    const seconds = freeBytes / perSecond
    return seconds > TEN_YEARS_SECONDS ? null : seconds
  }

  #firstWith(name: string): GrowthReading | undefined {
    return this.#readings.find(({ databases }) => databases.has(name))
  }
}
