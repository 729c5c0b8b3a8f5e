/**
 * The daemon's log on stderr: JSON lines for machines, plain lines for a terminal. Every line is written before the
 * call returns, so that the last words of a crash are not lost.
 */

import { Chalk } from 'chalk'
import { pino } from 'pino'
import type { EngineLog } from '../engine/index.js'
import { formatLogLine, type LogRecord } from './format-log-line.js'

const STDERR = 2

/** Of lines that nobody takes; above it they are dropped. */
const UNPRINTED_CHARACTERS_MAX = 2 ** 24

export interface LogOptions {
  readonly level: string
  readonly format: 'json' | 'pretty'
  readonly isColored: boolean
  /** Told every line as JSON. */
  readonly onLine?: (line: string) => void
}

export interface DaemonLog extends EngineLog {
  setLevel(level: string): void
}

export function openLog({ level, format, isColored, onLine = () => {} }: LogOptions): DaemonLog {
  const stderr = openStderr()
  const print = format === 'json' ? (line: string) => line : prettyPrinter(isColored)
  const destination = {
    write: (line: string) => {
      stderr.write(print(line))
      onLine(line)
    },
  }
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: pino.stdSerializers.err },
      redact: ['password', 'token', 'authorization', 'p'],
    },
    destination,
  )
  return {
    info: (message, fields) => logger.info(fields ?? {}, message),
    warn: (message, fields) => logger.warn(fields ?? {}, message),
    error: (message, fields) => logger.error(fields ?? {}, message),
    setLevel: (next) => {
      logger.level = next
    },
  }
}

/** Waits for a slow reader. A terminal or pipe that is gone must not end the server: what cannot be written is let go. */
function openStderr() {
  const stderr = pino.destination({ dest: STDERR, sync: true, maxLength: UNPRINTED_CHARACTERS_MAX })
  stderr.on('error', () => {})
  return stderr
}

function prettyPrinter(isColored: boolean): (line: string) => string {
  const chalk = new Chalk({ level: isColored ? 1 : 0 })
  const paint = (level: string, word: string): string => {
    if (level === 'error' || level === 'fatal') return chalk.red(word)
    if (level === 'warn') return chalk.yellow(word)
    return chalk.dim(word)
  }
  return (line) => formatLogLine(JSON.parse(line) as LogRecord, paint)
}
