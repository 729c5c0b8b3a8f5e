/** `--timeout 30s` → milliseconds; the spelling is that of the configuration file. */

import { parseDurationMs } from '../daemon/config/option-parsers.js'
import { OperationError } from './operation-error.js'

export async function parseDurationFlag(raw: string): Promise<number> {
  const ms = parseDurationMs(raw)
  if (ms === null) throw new OperationError(`${raw} is not a duration such as 500ms, 30s or 1h30m`, { exit: 'usage' })
  return ms
}
