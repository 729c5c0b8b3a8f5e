/**
 * How one option's text becomes a value and a value becomes text again. A raw value comes from TOML (string, number,
 * boolean), from the environment or from a flag (always a string); what comes out is inside its bounds. `print` gives
 * text that `parse` accepts and that stands in a TOML file as it is.
 */

export type RawValue = string | number | bigint | boolean

export type ParsedValue<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'fault'; readonly expected: string }

export interface OptionParser<T> {
  /** For the manual: what a value looks like, with its bounds. */
  readonly describe: string
  parse(raw: RawValue): ParsedValue<T>
  print(value: T): string
}

export interface ListenAddress {
  /** '' = every interface, as in InfluxDB's `:8086`. */
  readonly host: string
  readonly port: number
}

export interface Bounds {
  readonly min: number
  readonly max: number
}

function value<T>(of: T): ParsedValue<T> {
  return { kind: 'value', value: of }
}

function fault<T>(expected: string): ParsedValue<T> {
  return { kind: 'fault', expected }
}

function printString(text: string): string {
  return JSON.stringify(text)
}

export const text: OptionParser<string> = {
  describe: 'text',
  parse: (raw) => (typeof raw === 'string' ? value(raw) : fault('text in quotes')),
  print: printString,
}

/** A path; `~/` is the home directory only where a shell says so, never here. */
export const path: OptionParser<string> = {
  describe: 'path',
  parse: (raw) => (typeof raw === 'string' && raw !== '' ? value(raw) : fault('a path in quotes, not empty')),
  print: printString,
}

export const boolean: OptionParser<boolean> = {
  describe: 'true or false',
  parse: (raw) => {
    if (typeof raw === 'boolean') return value(raw)
    if (raw === 'true' || raw === '1') return value(true)
    if (raw === 'false' || raw === '0') return value(false)
    return fault('true or false')
  },
  print: String,
}

export function choice<const T extends string>(names: readonly T[]): OptionParser<T> {
  const describe = names.join(' | ')
  return {
    describe,
    parse: (raw) => {
      const found = names.find((name) => name === raw)
      return found === undefined ? fault(`one of ${names.join(', ')}`) : value(found)
    },
    print: printString,
  }
}

export function integer(bounds: Bounds): OptionParser<number> {
  const describe = `whole number, ${bounds.min} to ${bounds.max}`
  return {
    describe,
    parse: (raw) => {
      if (typeof raw === 'string' && !/^[+-]?\d+$/.test(raw)) return fault(describe)
      const number = typeof raw === 'boolean' ? Number.NaN : Number(raw)
      return Number.isSafeInteger(number) && isWithin(number, bounds) ? value(number) : fault(describe)
    },
    print: String,
  }
}

const SIZE_UNITS = new Map([
  ['', 1],
  ['b', 1],
  ['k', 2 ** 10],
  ['kb', 2 ** 10],
  ['kib', 2 ** 10],
  ['m', 2 ** 20],
  ['mb', 2 ** 20],
  ['mib', 2 ** 20],
  ['g', 2 ** 30],
  ['gb', 2 ** 30],
  ['gib', 2 ** 30],
  ['t', 2 ** 40],
  ['tb', 2 ** 40],
  ['tib', 2 ** 40],
])

/** Bytes. InfluxDB's `25m` means mebibytes, so every unit here is binary. */
export function size(bounds: Bounds): OptionParser<number> {
  const describe = `bytes, or with k, m, g, t (binary): ${printSize(bounds.min)} to ${printSize(bounds.max)}`
  return {
    describe,
    parse: (raw) => {
      const bytes = typeof raw === 'boolean' ? Number.NaN : parseSize(String(raw))
      return Number.isSafeInteger(bytes) && isWithin(bytes, bounds) ? value(bytes) : fault(describe)
    },
    print: (bytes) => printString(printSize(bytes)),
  }
}

function parseSize(raw: string): number {
  const match = /^(\d+)\s*([a-z]*)$/i.exec(raw.trim())
  if (match === null) return Number.NaN
  return Number(match[1]) * (SIZE_UNITS.get(match[2].toLowerCase()) ?? Number.NaN)
}

function printSize(bytes: number): string {
  if (bytes === 0) return '0'
  if (bytes % 2 ** 40 === 0) return `${bytes / 2 ** 40}t`
  if (bytes % 2 ** 30 === 0) return `${bytes / 2 ** 30}g`
  if (bytes % 2 ** 20 === 0) return `${bytes / 2 ** 20}m`
  if (bytes % 2 ** 10 === 0) return `${bytes / 2 ** 10}k`
  return String(bytes)
}

const DURATION_UNITS = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
  ['w', 604_800_000],
])

/** Milliseconds, written as Go and InfluxQL write durations: `1h30m`, `500ms`, `7d`, `0s`. */
export function duration(bounds: Bounds): OptionParser<number> {
  const describe = `duration such as 500ms, 30s, 1h30m: ${printDuration(bounds.min)} to ${printDuration(bounds.max)}`
  return {
    describe,
    parse: (raw) => {
      const ms = parseDurationMs(String(raw))
      return ms !== null && isWithin(ms, bounds) ? value(ms) : fault(describe)
    },
    print: (ms) => printString(printDuration(ms)),
  }
}

/** Null when the text is no duration. A bare `0` is one; any other bare number has no unit and is not. */
export function parseDurationMs(raw: string): number | null {
  if (raw === '0') return 0
  if (!/^(\d+(ms|[smhdw]))+$/.test(raw)) return null
  let ms = 0
  for (const [, count, unit] of raw.matchAll(/(\d+)(ms|[smhdw])/g)) ms += Number(count) * DURATION_UNITS.get(unit)!
  return Number.isSafeInteger(ms) ? ms : null
}

export function printDuration(ms: number): string {
  if (ms === 0) return '0s'
  let rest = ms
  let out = ''
  for (const [unit, unitMs] of [...DURATION_UNITS].reverse()) {
    if (unit === 'w' || rest < unitMs) continue
    out += `${Math.floor(rest / unitMs)}${unit}`
    rest %= unitMs
  }
  return out
}

/** `HOST:PORT`, `:PORT` for every interface, `[::1]:PORT` for IPv6. Port 0 asks the system for a free one. */
export const listenAddress: OptionParser<ListenAddress> = {
  describe: 'HOST:PORT',
  parse: (raw) => {
    const match = typeof raw === 'string' ? /^(?:\[([0-9a-f:.]+)\]|([^:[\]\s]*)):(\d{1,5})$/i.exec(raw) : null
    const port = Number(match?.[3])
    if (match === null || port > 65_535) return fault('HOST:PORT, for example 127.0.0.1:8086 or [::1]:8086')
    return value({ host: match[1] ?? match[2], port })
  },
  print: (address) => printString(printListenAddress(address)),
}

export function printListenAddress({ host, port }: ListenAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

function isWithin(number: number, { min, max }: Bounds): boolean {
  return number >= min && number <= max
}
