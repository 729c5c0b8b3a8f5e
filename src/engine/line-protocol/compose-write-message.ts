/**
 * The one text a client gets about a write that did not go through whole. Several things can be wrong at once; InfluxDB
 * tells one of them: a conflict that took a whole shard group, else what was dropped point by point, else points beyond
 * retention, else lines that could not be parsed.
 */

import type { ParsedPoints } from '../domain/parsed-points.js'
import type { Refusal } from '../metadata/refusal.js'

/** null when everything is stored. */
export function composeWriteMessage(parsed: ParsedPoints, refusals: readonly Refusal[]): string | null {
  const parseErrors = listErrors(parsed)
  if (parsed.batch.rowCount + parsed.droppedCount === 0) return parseErrors === '' ? null : parseErrors

  const group = refusals.find(({ kind }) => kind === 'shard-group')
  if (group !== undefined) return group.reason

  const dropped = refusals.filter(({ kind }) => kind !== 'retention')
  const droppedCount = dropped.reduce((sum, { rowCount }) => sum + rowCount, parsed.droppedCount)
  if (droppedCount > 0) return partialWrite(parsed.dropReason || dropped[0].reason, droppedCount)

  const [retention] = refusals
  if (retention !== undefined) return partialWrite(retention.reason, retention.rowCount)
  return parseErrors === '' ? null : partialWrite(parseErrors, 0)
}

function listErrors({ errors, faultyCount }: ParsedPoints): string {
  const missing = faultyCount - errors.length
  return missing === 0 ? errors.join('\n') : `${errors.join('\n')}\n${missing} more lines could not be parsed`
}

function partialWrite(reason: string, droppedCount: number): string {
  return `partial write: ${reason} dropped=${droppedCount}`
}
