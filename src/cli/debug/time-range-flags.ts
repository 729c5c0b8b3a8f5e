/** `--since --until`: which time a debug command is about. */

import { Flags } from '@oclif/core'
import { parseTimeFlag } from '../parse-time-flag.js'

const timeFlag = Flags.custom<bigint>({ parse: parseTimeFlag })

export const timeRangeFlags = {
  since: timeFlag({ helpValue: 'TIME', summary: 'Only what has rows from then on.' }),
  until: timeFlag({ helpValue: 'TIME', summary: 'Only what has rows before.' }),
}

interface TimeRangeFlagValues {
  readonly since?: bigint
  readonly until?: bigint
}

export function timeRangeParams({ since, until }: TimeRangeFlagValues): Record<string, string> {
  return {
    ...(since !== undefined && { start: String(since) }),
    ...(until !== undefined && { end: String(until) }),
  }
}
