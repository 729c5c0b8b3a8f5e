/**
 * Rows of a measurement as one number per day: the sum, modulo 2^64, of a hash of each row, so that neither the order of
 * rows nor that of series or columns matters. Nulls and empty tags are no part of a row.
 */

import { createHash } from 'node:crypto'
import type { AnswerSeries, AnswerValue } from '../../client/query-answer.js'

const DAY_NS = 86_400_000_000_000n
const WORD = 2n ** 64n

export interface DayFacts {
  readonly rowCount: number
  /** 16 hex digits. */
  readonly hash: string
}

export interface Row {
  readonly timeNs: bigint
  /** Series and time: what makes two rows the same point. */
  readonly point: string
  /** Fields with their values. */
  readonly fields: string
}

/** Rows of `SELECT * … GROUP BY *` with times in nanoseconds. */
export function* rowsOf({ tags = {}, columns, values = [] }: AnswerSeries): Generator<Row> {
  const series = Object.entries(tags)
    .filter(([, value]) => value !== '')
    .map(([key, value]) => `${JSON.stringify(key)}=${JSON.stringify(value)}`)
    .sort()
    .join(',')
  const timeIndex = columns.indexOf('time')
  const order = columns.map((name, index) => ({ name, index })).filter(({ index }) => index !== timeIndex)
  order.sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const row of values) {
    const timeNs = BigInt(row[timeIndex] as number | bigint)
    const fields = order
      .filter(({ index }) => row[index] !== null)
      .map(({ name, index }) => `${JSON.stringify(name)}=${printValue(row[index])}`)
      .join(',')
    yield { timeNs, point: `${series} ${timeNs}`, fields }
  }
}

function printValue(value: AnswerValue): string {
  if (Object.is(value, -0)) return '-0'
  return typeof value === 'bigint' ? String(value) : JSON.stringify(value)
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
  readonly #days = new Map<bigint, { rowCount: number; sum: bigint }>()

  add({ timeNs, point, fields }: Row): void {
    const day = dayOf(timeNs)
    const known = this.#days.get(day) ?? { rowCount: 0, sum: 0n }
    const digest = createHash('md5').update(point).update('\n').update(fields).digest()
    this.#days.set(day, { rowCount: known.rowCount + 1, sum: (known.sum + digest.readBigUInt64BE(0)) % WORD })
  }

  facts(): Map<bigint, DayFacts> {
    return new Map(
      [...this.#days].map(([day, { rowCount, sum }]) => [day, { rowCount, hash: sum.toString(16).padStart(16, '0') }]),
    )
  }
}
