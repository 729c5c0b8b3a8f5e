/** `--timeout 30s` → milliseconds; the spelling is that of the configuration file. */

import { Flags } from '@oclif/core'
import { parseDurationMs } from '../daemon/config/option-parsers.js'
import { OperationError } from './operation-error.js'

export async function parseDurationFlag(raw: string): Promise<number> {
  const ms = parseDurationMs(raw)
  if (ms !== null) return ms
  if (/^\d+$/.test(raw)) throw new OperationError(`${raw} has no unit: ${raw}s, ${raw}m or ${raw}h`, { exit: 'usage' })
  throw new OperationError(`${raw} is not a duration such as 500ms, 30s or 1h30m`, { exit: 'usage' })
}

/** `--wait 30s` of commands that ask until a server is there. */
export function waitDurationFlag() {
  return Flags.custom<number>({ parse: parseDurationFlag })({
    default: 0,
    defaultHelp: async () => '0s',
    helpValue: 'DURATION',
    summary: 'Keep asking for so long.',
  })
}
