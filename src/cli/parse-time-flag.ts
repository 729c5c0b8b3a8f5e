/**
 * `--start`, `--end`, `--at` → nanoseconds since 1970: `2026-11-01`, RFC 3339 (UTC unless it says otherwise), an epoch with
 * its unit (`1700000000s`), `now`, and a distance back from now (`-7d`, `now-1h`).
 */

import { parseDurationMs } from '../daemon/config/option-parsers.js'
import { OperationError } from './operation-error.js'

const EPOCH_UNIT_NS = { ns: 1n, u: 1000n, us: 1000n, ms: 1_000_000n, s: 1_000_000_000n } as const
const CALENDAR = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)?(Z|[+-]\d{2}:\d{2})?$/i

/** null when the text is no time. */
export function parseTimeText(text: string, nowMs: number): bigint | null {
  const nowNs = BigInt(nowMs) * 1_000_000n
  if (text === 'now') return nowNs
  const back = /^(?:now)?-(.+)$/.exec(text)
  if (back !== null) {
    const ms = parseDurationMs(back[1])
    return ms === null ? null : nowNs - BigInt(ms) * 1_000_000n
  }
  const epoch = /^(\d+)(ns|us|u|ms|s)$/.exec(text)
  if (epoch !== null) return BigInt(epoch[1]) * EPOCH_UNIT_NS[epoch[2] as keyof typeof EPOCH_UNIT_NS]
  return parseCalendar(text)
}

export async function parseTimeFlag(raw: string): Promise<bigint> {
  const timeNs = parseTimeText(raw, Date.now())
  if (timeNs !== null) return timeNs
  throw new OperationError(`${raw} is not a time such as 2026-11-01, 2026-11-01T12:00:00Z, 1700000000s or -7d`, {
    exit: 'usage',
  })
}

function parseCalendar(text: string): bigint | null {
  const match = CALENDAR.exec(text)
  if (match === null) return null
  const [, date, clock = '00:00', seconds = '00', fraction = '', zone = 'Z'] = match
  const ms = Date.parse(`${date}T${clock}:${seconds}${zone.toUpperCase()}`)
  // Date.parse makes a 1 March of 30 February.
  if (Number.isNaN(ms) || new Date(`${date}T00:00:00Z`).toISOString().slice(0, 10) !== date) return null
  return BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, '0'))
}
