/** A set is called by its moment, to the second, UTC: `20261120T034417Z`. The order of the names is the order in time. */

import type { Repository } from './repository/repository.js'

const ID = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z(-\d+)?$/

/** A second set of one second gets `-2`. */
export async function setIdOf(repository: Repository, timeNs: bigint): Promise<string> {
  const taken = new Set((await repository.completeSets()).map(({ id }) => id))
  const base = new Date(Number(timeNs / 1_000_000n)).toISOString().replace(/[-:]|\.\d+/g, '')
  if (!taken.has(base)) return base
  for (let number = 2; ; number++) if (!taken.has(`${base}-${number}`)) return `${base}-${number}`
}

export function isSetId(text: string): boolean {
  return ID.test(text)
}

/** The start of the second that the id names. */
export function setTimeMs(id: string): number {
  const [, year, month, day, hour, minute, second] = ID.exec(id) ?? []
  return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second))
}

/** RFC 3339, UTC, nine digits. */
export function formatTimeNs(timeNs: bigint): string {
  const nanoseconds = ((timeNs % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n
  const seconds = new Date(Number((timeNs - nanoseconds) / 1_000_000n)).toISOString().slice(0, 19)
  return `${seconds}.${String(nanoseconds).padStart(9, '0')}Z`
}

export function parseTimeNs(text: string): bigint {
  const [whole, fraction = ''] = text.replace(/Z$/, '').split('.')
  return BigInt(Date.parse(`${whole}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, '0').slice(0, 9))
}
