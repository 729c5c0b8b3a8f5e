/**
 * Timestamps to RFC3339 with nanoseconds, trailing zeros trimmed (`2020-01-01T00:00:00.5Z`), without Date: the text of
 * the day is kept and reused while rows stay inside it, so a row costs a subtraction and nine digits. Any int64 works,
 * 1677 to 2262. With a time zone, offsets come from a function and print as `+01:00`.
 */

import { writeTwoDigits } from './write-number.js'

/** `"1677-09-21T00:12:43.145224194+01:00"` is 37 with its quotes. */
export const TIME_BYTES_MAX = 40

const TWO_TO_32 = 4294967296
const NS_PER_SECOND = 1e9
const DAY_NS = 86_400_000_000_000n
const DAY_NS_NUMBER = 86_400_000_000_000

/** UTC offset in ns of the zone's clocks at an instant, and the instants between which it holds, half-open. */
export interface ZoneOffset {
  readonly offsetNs: bigint
  readonly startNs: bigint
  readonly endNs: bigint
}

export class TimeText {
  readonly #zone: ((timeNs: bigint) => ZoneOffset) | null
  /** 32-bit halves of the first instant that the kept text is for, and how long it holds. */
  #baseLow = 0
  #baseHigh = 0
  #lengthNs = -1
  /** Nanoseconds of the local day at the base; 0 in UTC. */
  #baseOfDayNs = 0
  readonly #date = new Uint8Array(11)
  #suffix = new Uint8Array([0x5a])

  constructor(zone: ((timeNs: bigint) => ZoneOffset) | null = null) {
    this.#zone = zone
  }

  /** Writes the int64 with these halves, without quotes; `TIME_BYTES_MAX` bytes must be reserved. */
  write(bytes: Uint8Array, at: number, low: number, high: number): number {
    let sinceBase = (high - this.#baseHigh) * TWO_TO_32 + (low - this.#baseLow)
    if (!(sinceBase >= 0 && sinceBase < this.#lengthNs)) {
      this.#rebase((BigInt(high) << 32n) | BigInt(low))
      sinceBase = (high - this.#baseHigh) * TWO_TO_32 + (low - this.#baseLow)
    }
    const date = this.#date
    for (let i = 0; i < 11; i++) bytes[at + i] = date[i]
    at = writeTimeOfDay(bytes, at + 11, this.#baseOfDayNs + sinceBase)
    const suffix = this.#suffix
    for (let i = 0; i < suffix.length; i++) bytes[at + i] = suffix[i]
    return at + suffix.length
  }

  #rebase(timeNs: bigint): void {
    const zone = this.#zone?.(timeNs) ?? null
    const localNs = timeNs + (zone?.offsetNs ?? 0n)
    const day = floorDivide(localNs, DAY_NS)
    let startNs = day * DAY_NS - (zone?.offsetNs ?? 0n)
    let endNs = startNs + DAY_NS
    let baseOfDayNs = 0
    if (zone !== null) {
      if (zone.startNs > startNs) {
        baseOfDayNs = Number(zone.startNs - startNs)
        startNs = zone.startNs
      }
      if (zone.endNs < endNs) endNs = zone.endNs
      this.#suffix = offsetText(zone.offsetNs)
    }
    this.#baseOfDayNs = baseOfDayNs
    this.#baseLow = Number(BigInt.asUintN(32, startNs))
    this.#baseHigh = Number(startNs >> 32n)
    this.#lengthNs = zone === null ? DAY_NS_NUMBER : Number(endNs - startNs)
    writeDate(this.#date, Number(day))
  }
}

function writeTimeOfDay(bytes: Uint8Array, at: number, ofDayNs: number): number {
  const seconds = Math.floor(ofDayNs / NS_PER_SECOND)
  let nanos = ofDayNs - seconds * NS_PER_SECOND
  const minutes = (seconds / 60) | 0
  const hours = (minutes / 60) | 0
  at = writeTwoDigits(bytes, at, hours)
  bytes[at] = 58
  at = writeTwoDigits(bytes, at + 1, minutes - hours * 60)
  bytes[at] = 58
  at = writeTwoDigits(bytes, at + 1, seconds - minutes * 60)
  if (nanos === 0) return at
  bytes[at++] = 46
  let width = 9
  while (nanos % 1000 === 0) {
    nanos /= 1000
    width -= 3
  }
  while (nanos % 10 === 0) {
    nanos /= 10
    width--
  }
  for (let back = at + width - 1; back >= at; back--) {
    const rest = (nanos / 10) | 0
    bytes[back] = 48 + (nanos - rest * 10)
    nanos = rest
  }
  return at + width
}

function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by
  return value % by < 0n ? quotient - 1n : quotient
}

/** `YYYY-MM-DDT` of a day counted from 1970-01-01, by the civil calendar with years that start in March. */
function writeDate(date: Uint8Array, dayNumber: number): void {
  const shifted = dayNumber + 719468
  const era = Math.floor(shifted / 146097)
  const dayOfEra = shifted - era * 146097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  writeTwoDigits(date, 0, Math.floor(year / 100))
  writeTwoDigits(date, 2, year % 100)
  date[4] = 45
  writeTwoDigits(date, 5, month)
  date[7] = 45
  writeTwoDigits(date, 8, day)
  date[10] = 84
}

function offsetText(offsetNs: bigint): Uint8Array<ArrayBuffer> {
  if (offsetNs === 0n) return new Uint8Array([0x5a])
  const text = new Uint8Array(6)
  const minutes = Math.floor(Math.abs(Number(offsetNs / 60_000_000_000n)))
  text[0] = offsetNs < 0n ? 45 : 43
  writeTwoDigits(text, 1, Math.floor(minutes / 60))
  text[3] = 58
  writeTwoDigits(text, 4, minutes % 60)
  return text
}
