/** `10%`, `1/10` (for crontabs, where `%` has to be escaped) or `0.1` → 0.1. */

import { OperationError } from './operation-error.js'

export async function parseShareFlag(raw: string): Promise<number> {
  const share = toShare(raw)
  if (share !== null && share > 0 && share <= 1) return share
  throw new OperationError(`${raw} is not a share such as 10% or 1/10`, { exit: 'usage' })
}

function toShare(raw: string): number | null {
  const percent = /^(\d+(?:\.\d+)?)\\?%$/.exec(raw)
  if (percent !== null) return Number(percent[1]) / 100
  const fraction = /^(\d+)\/(\d+)$/.exec(raw)
  if (fraction !== null) return Number(fraction[1]) / Number(fraction[2])
  return /^\d+(\.\d+)?$/.test(raw) ? Number(raw) : null
}
