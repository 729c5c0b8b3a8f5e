/**
 * What two databases can be compared by without moving the rows between them: for each field how many values, the
 * earliest and latest time, the sum of numbers, and a hash that does not depend on the order of rows: 64 bits for each
 * (series, time, field, value), added up.
 */

import { type FieldColumn, isValid, type PointColumns } from '../../engine/index.js'
import { hasherOf, hashSeries, hashText, mix } from '../hash-values.js'

export interface FieldDigest {
  readonly count: number
  readonly minNs: string
  readonly maxNs: string
  /** null for texts. Booleans count as 0 and 1. */
  readonly sum: number | null
  readonly hash: string
}

interface FieldTotals {
  count: number
  minNs: bigint
  maxNs: bigint
  sum: number | null
  hashLow: number
  hashHigh: number
}

export class SliceDigest {
  readonly #fields = new Map<string, FieldTotals>()

  add(points: PointColumns): void {
    const series = points.series.map((tags) => hashSeries(tags))
    for (const field of points.fields) this.#addField(points, field, series)
  }

  /** By `name type`: the same name with another type is another column. */
  fields(): Map<string, FieldDigest> {
    return new Map(
      [...this.#fields]
        .sort()
        .map(([name, { count, minNs, maxNs, sum, hashLow, hashHigh }]) => [
          name,
          { count, minNs: `${minNs}`, maxNs: `${maxNs}`, sum, hash: hex(hashHigh) + hex(hashLow) },
        ]),
    )
  }

  #addField({ rowCount, seriesOfRow, timestamps }: PointColumns, field: FieldColumn, series: readonly number[]): void {
    const key = `${field.name} ${field.type}`
    let totals = this.#fields.get(key)
    const valueHash = hasherOf(field)
    const valueNumber = numberOf(field)
    const seed = hashText(key)
    const halves = new Int32Array(timestamps.buffer, timestamps.byteOffset, rowCount * 2)
    for (let row = 0; row < rowCount; row++) {
      if (!isValid(field.validity, row)) continue
      const timeNs = timestamps[row]
      if (totals === undefined) {
        totals = {
          count: 0,
          minNs: timeNs,
          maxNs: timeNs,
          sum: valueNumber === null ? null : 0,
          hashLow: 0,
          hashHigh: 0,
        }
        this.#fields.set(key, totals)
      }
      totals.count++
      if (timeNs < totals.minNs) totals.minNs = timeNs
      if (timeNs > totals.maxNs) totals.maxNs = timeNs
      if (valueNumber !== null) totals.sum = totals.sum! + valueNumber(row)
      const base = mix(
        mix(mix(seed, series[seriesOfRow === null ? 0 : seriesOfRow[row]]), halves[2 * row]),
        halves[2 * row + 1],
      )
      const hash = valueHash(row, base)
      totals.hashLow = (totals.hashLow + hash) | 0
      totals.hashHigh = (totals.hashHigh + mix(hash, base ^ 0x5bd1e995)) | 0
    }
  }
}

export interface Difference {
  readonly field: string
  readonly what: 'missing' | 'extra' | 'count' | 'time' | 'sum' | 'hash'
  readonly source: string
  readonly target: string
}

/** Empty when nothing differs. `isHashed` false: only counts and times were asked for. */
export function compareDigests(
  source: ReadonlyMap<string, FieldDigest>,
  target: ReadonlyMap<string, FieldDigest>,
): Difference[] {
  const differences: Difference[] = []
  for (const [field, expected] of source) {
    const actual = target.get(field)
    if (actual === undefined) differences.push({ field, what: 'missing', source: `${expected.count}`, target: '0' })
    else differences.push(...compareField(field, expected, actual))
  }
  for (const [field, { count }] of target) {
    if (!source.has(field)) differences.push({ field, what: 'extra', source: '0', target: `${count}` })
  }
  return differences
}

function compareField(field: string, source: FieldDigest, target: FieldDigest): Difference[] {
  if (source.count !== target.count) {
    return [{ field, what: 'count', source: `${source.count}`, target: `${target.count}` }]
  }
  if (source.minNs !== target.minNs || source.maxNs !== target.maxNs) {
    return [
      { field, what: 'time', source: `${source.minNs}..${source.maxNs}`, target: `${target.minNs}..${target.maxNs}` },
    ]
  }
  // Sums say what differs, and only hashes whether: large numbers of both signs add up to anything in another order.
  if (source.hash === target.hash) return []
  return isSameSum(source.sum, target.sum)
    ? [{ field, what: 'hash', source: source.hash, target: target.hash }]
    : [{ field, what: 'sum', source: `${source.sum}`, target: `${target.sum}` }]
}

/** Floats are added in another order there. */
function isSameSum(a: number | null, b: number | null): boolean {
  if (a === null || b === null || Object.is(a, b)) return a === b || Object.is(a, b)
  return Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b), 1)
}

function numberOf(field: FieldColumn): ((row: number) => number) | null {
  switch (field.type) {
    case 'string':
      return null
    case 'float':
    case 'boolean': {
      const { values } = field
      return (row) => values[row]
    }
    default: {
      const { values } = field
      return (row) => Number(values[row])
    }
  }
}

function hex(half: number): string {
  return (half >>> 0).toString(16).padStart(8, '0')
}
