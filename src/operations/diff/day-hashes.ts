/**
 * Rows of a measurement as one number per day: the sum of a hash of each value with its series, time and field, so that
 * neither the order of rows, series or columns matters, nor how the rows were cut into answers. Nulls and empty tags are no part
 * of a row. Two sums of 32 bits with different seeds, side by side.
 */

import { isValid, type PointColumns } from '../../engine/index.js'
import { HASH_SEED, hasherOf, hashSeries, hashText, mix } from '../hash-values.js'

const DAY_NS = 86_400_000_000_000n
const SECOND_SEED = 0x2545f491

export interface DayFacts {
  readonly rowCount: number
  /** 16 hex digits. */
  readonly hash: string
}

interface DayTotals {
  readonly dayNs: bigint
  rowCount: number
  low: number
  high: number
}

/** Start of the day, UTC. */
export function dayOf(timeNs: bigint): bigint {
  const rest = timeNs % DAY_NS
  return timeNs - (rest < 0n ? rest + DAY_NS : rest)
}

export function endOfDay(dayNs: bigint): bigint {
  return dayNs + DAY_NS
}

export class DayHashes {
  readonly #days = new Map<bigint, DayTotals>()

  add(points: PointColumns): void {
    const { rowCount, timestamps, fields } = points
    const days = this.#daysOfRows(timestamps, rowCount)
    const low = hashPoints(points, HASH_SEED)
    const high = hashPoints(points, SECOND_SEED)
    for (const field of fields) {
      const key = `${field.name} ${field.type}`
      const [lowSeed, highSeed] = [hashText(key, HASH_SEED), hashText(key, SECOND_SEED)]
      const hash = hasherOf(field)
      for (let row = 0; row < rowCount; row++) {
        if (!isValid(field.validity, row)) continue
        const totals = days[row]
        totals.low = (totals.low + hash(row, mix(low[row], lowSeed))) | 0
        totals.high = (totals.high + hash(row, mix(high[row], highSeed))) | 0
      }
    }
  }

  /** Rows that are in none of those added before. */
  merge(other: DayHashes): void {
    for (const { dayNs, rowCount, low, high } of other.#days.values()) {
      const totals = this.#day(dayNs)
      totals.rowCount += rowCount
      totals.low = (totals.low + low) | 0
      totals.high = (totals.high + high) | 0
    }
  }

  facts(): Map<bigint, DayFacts> {
    return new Map(
      [...this.#days].map(([day, { rowCount, low, high }]) => [day, { rowCount, hash: hex(high) + hex(low) }]),
    )
  }

  /** Counts the rows. */
  #daysOfRows(timestamps: BigInt64Array, rowCount: number): DayTotals[] {
    const days = new Array<DayTotals>(rowCount)
    let startNs = 0n
    let endNs = 0n
    let totals: DayTotals | null = null
    for (let row = 0; row < rowCount; row++) {
      const timeNs = timestamps[row]
      if (totals === null || timeNs < startNs || timeNs >= endNs) {
        startNs = dayOf(timeNs)
        endNs = endOfDay(startNs)
        totals = this.#day(startNs)
      }
      totals.rowCount++
      days[row] = totals
    }
    return days
  }

  #day(dayNs: bigint): DayTotals {
    let totals = this.#days.get(dayNs)
    if (totals === undefined) {
      totals = { dayNs, rowCount: 0, low: 0, high: 0 }
      this.#days.set(dayNs, totals)
    }
    return totals
  }
}

/** Series and time of each row. */
function hashPoints({ series, seriesOfRow, rowCount, timestamps }: PointColumns, seed: number): Int32Array {
  const ofSeries = series.map((tags) => hashSeries(tags, seed))
  const halves = new Int32Array(timestamps.buffer, timestamps.byteOffset, rowCount * 2)
  const hashes = new Int32Array(rowCount)
  for (let row = 0; row < rowCount; row++) {
    const ofTags = ofSeries[seriesOfRow === null ? 0 : seriesOfRow[row]]
    hashes[row] = mix(mix(ofTags, halves[2 * row]), halves[2 * row + 1])
  }
  return hashes
}

function hex(half: number): string {
  return (half >>> 0).toString(16).padStart(8, '0')
}
