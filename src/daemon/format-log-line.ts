/** One log record → one line for people: `03:44:17.120 INFO  flushed  rows=120000 files=1`. Pure text. */

export interface LogRecord {
  readonly time: string
  readonly level: string
  readonly msg?: string
  readonly [field: string]: unknown
}

/** Paints a level's word; the word itself always says it as well. */
export type PaintLevel = (level: string, word: string) => string

export function formatLogLine({ time, level, msg = '', ...fields }: LogRecord, paintLevel: PaintLevel): string {
  const word = paintLevel(level, level.toUpperCase().padEnd(5))
  const text = Object.entries(fields).map(([name, value]) => `  ${name}=${formatField(value)}`)
  return `${time.slice(11, 23)} ${word} ${msg}${text.join('')}\n`
}

function formatField(value: unknown): string {
  if (typeof value === 'string') return /[\s"=]/.test(value) || value === '' ? JSON.stringify(value) : value
  // A stack trace reads better as lines than as an escaped string.
  if (isErrorRecord(value)) return value.stack.replaceAll('\n', '\n    ')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function isErrorRecord(value: unknown): value is { stack: string } {
  return typeof value === 'object' && value !== null && typeof (value as { stack?: unknown }).stack === 'string'
}
