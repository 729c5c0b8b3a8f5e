/** `--rate 50MiB` → bytes; units are binary, as in the configuration file. */

import { size } from '../daemon/config/option-parsers.js'
import { OperationError } from './operation-error.js'

const parser = size({ min: 1, max: Number.MAX_SAFE_INTEGER })

export async function parseSizeFlag(raw: string): Promise<number> {
  const parsed = parser.parse(raw.replace(/\/s$/, ''))
  if (parsed.kind === 'value') return parsed.value
  throw new OperationError(`${raw} is not a size such as 500k, 50MiB or 1g`, { exit: 'usage' })
}
