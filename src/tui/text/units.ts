/** Numbers for people: short, of steady width, `–` for what is not known. */

export const UNKNOWN = '–'

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB']

/** `0 B`, `812 B`, `1.9 GiB`, `384 GiB`. */
export function formatBytes(bytes: number | null): string {
  if (bytes === null || !Number.isFinite(bytes)) return UNKNOWN
  const sign = bytes < 0 ? '-' : ''
  let value = Math.abs(bytes)
  let unit = 0
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1024
    unit++
  }
  return `${sign}${unit === 0 ? Math.round(value) : threeDigits(value)} ${BYTE_UNITS[unit]}`
}

/** `0`, `950`, `18.4k`, `1.24M`. */
export function formatCount(count: number | null): string {
  if (count === null || !Number.isFinite(count)) return UNKNOWN
  const sign = count < 0 ? '-' : ''
  const value = Math.abs(count)
  if (value < 999.5) return sign + String(Math.round(value))
  for (const [size, letter] of COUNT_UNITS) if (value >= size * 0.9995) return sign + threeDigits(value / size) + letter
  return sign + String(Math.round(value))
}

const COUNT_UNITS = [
  [1e15, 'P'],
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const

/** Per second: small rates keep a digit behind the point. */
export function formatRate(rate: number | null): string {
  if (rate === null || !Number.isFinite(rate)) return UNKNOWN
  return rate < 99.95 && rate > -99.95 ? rate.toFixed(1) : formatCount(rate)
}

/** Latencies: `0.4 ms`, `8 ms`, `340 ms`, `1.2 s`, `2m05s`. */
export function formatLatency(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds)) return UNKNOWN
  if (seconds < 0.00995) return `${(seconds * 1000).toFixed(1)} ms`
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`
  return formatSpan(seconds)
}

/** Two units: `0 s`, `74 s`, `12m05s`, `2h03m`, `4d18h`. */
export function formatSpan(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds)) return UNKNOWN
  const whole = Math.max(0, Math.floor(seconds))
  if (whole < 100) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)}m${twoDigits(whole % 60)}s`
  if (whole < 86_400) return `${Math.floor(whole / 3600)}h${twoDigits(Math.floor(whole / 60) % 60)}m`
  const days = Math.floor(whole / 86_400)
  return days < 1000 ? `${days}d${twoDigits(Math.floor(whole / 3600) % 24)}h` : `${days}d`
}

/** One unit, for forecasts: `6 d`, `13 h`, `40 m`. */
export function formatAbout(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds)) return UNKNOWN
  if (seconds < 90 * 60) return `${Math.max(1, Math.round(seconds / 60))} m`
  if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)} h`
  if (seconds < 730 * 86_400) return `${Math.round(seconds / 86_400)} d`
  return `${Math.round(seconds / (365 * 86_400))} y`
}

export function formatShare(share: number | null): string {
  return share === null || !Number.isFinite(share) ? UNKNOWN : `${Math.round(share * 100)}%`
}

/** `03:44:17` of an RFC 3339 text. */
export function formatClock(time: string): string {
  return /T(\d\d:\d\d:\d\d)/.exec(time)?.[1] ?? UNKNOWN
}

/** `2026-11-19 03:44`. */
export function formatMinute(time: string): string {
  return /^\d{4,}-\d\d-\d\dT\d\d:\d\d/.test(time) ? time.replace(/T(\d\d:\d\d).*$/, ' $1') : UNKNOWN
}

/** `1.24`, `18.4`, `384`: never more than four characters. */
function threeDigits(value: number): string {
  if (value < 9.995) return value.toFixed(2)
  return value < 99.95 ? value.toFixed(1) : String(Math.round(value))
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}
