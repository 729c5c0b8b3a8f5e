/** How a source is read, whatever becomes of what is read: at which pace, when, and who hears of it. */

import type { HttpClient } from '../../client/http-client.js'
import { ask } from '../../operations/ask.js'
import { parseQuietHours } from '../../operations/backfill/quiet-hours.js'
import type { RunOptions } from '../../operations/backfill/run-backfill.js'
import { SourceGuard } from '../../operations/backfill/source-guard.js'
import { RateLimiter, SYSTEM_CLOCK } from '../../operations/rate-limiter.js'
import { OperationError } from '../operation-error.js'
import type { Surroundings } from './run-locked.js'

export interface PaceFlagValues {
  readonly 'source-jobs': number
  readonly 'slice-points': number
  readonly rate?: number
  readonly 'max-source-load': string
  readonly 'quiet-hours'?: string
}

export type ReadingOptions = Pick<
  RunOptions,
  'source' | 'jobCount' | 'slicePointCount' | 'limiter' | 'guard' | 'progress' | 'signal' | 'rejectedCount'
>

/** Throws for flags that make no sense. */
export function readingOptions(
  source: HttpClient,
  flags: PaceFlagValues,
  { reporter, rejected, signal }: Surroundings,
): ReadingOptions {
  return {
    source,
    jobCount: flags['source-jobs'],
    slicePointCount: flags['slice-points'],
    limiter: flags.rate === undefined ? null : new RateLimiter(flags.rate),
    guard: guardOf(source, flags, (text) => reporter.warn(text)),
    progress: reporter,
    signal,
    rejectedCount: () => rejected.count,
  }
}

function guardOf(
  source: HttpClient,
  flags: Pick<PaceFlagValues, 'max-source-load' | 'quiet-hours'>,
  onWait: (text: string) => void,
): SourceGuard {
  const loadMax = Number(flags['max-source-load'])
  const text = flags['quiet-hours']
  const quietHours = text === undefined ? null : parseQuietHours(text)
  if (!(loadMax >= 0))
    throw new OperationError(`--max-source-load ${flags['max-source-load']} is no factor`, { exit: 'usage' })
  if (text !== undefined && quietHours === null) {
    throw new OperationError(`--quiet-hours ${text} is no span of hours`, {
      exit: 'usage',
      hint: '--quiet-hours 08:00-18:00',
    })
  }
  const probe = async () => {
    await ask(source, 'SHOW DATABASES')
  }
  return new SourceGuard({ probe, loadMax, quietHours, clock: SYSTEM_CLOCK, nowDate: () => new Date(), onWait })
}
