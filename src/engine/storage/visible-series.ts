/**
 * Which series a file still shows after its deletes, and whether it shows any. The file's index of series answers that without reading rows, except
 * for series of which only some time is hidden.
 */

import { ALL_TIME } from '../domain/time-range.js'
import { coversSpan, hidesSeries, touchesSpan } from '../domain/tombstone.js'
import type { Duckdb } from '../sql/duckdb.js'
import { compileRelation } from './compile-relation.js'
import { type FileIndex, type FileReader, findSeries } from './file-reader.js'
import type { FileSource } from './source-set.js'

/** A search in the index costs about this many steps of a walk through it. */
const SEARCH_STEPS = 16

/** Adds to `found` those of `candidates` that have visible rows in the file; what is in there already is not asked for. */
export async function findVisibleSeries(
  reader: FileReader,
  duckdb: Duckdb,
  source: FileSource,
  candidates: ReadonlySet<bigint>,
  found: Set<bigint>,
): Promise<void> {
  const { file } = source
  const hidden = source.hidden.filter((tombstone) => touchesSpan(tombstone, file))
  const whole = hidden.filter((tombstone) => coversSpan(tombstone, file))
  const unsure: bigint[] = []
  for (const id of membersAmong(await reader.index(file), candidates)) {
    if (found.has(id) || whole.some((tombstone) => hidesSeries(tombstone, id))) continue
    if (hidden.some((tombstone) => hidesSeries(tombstone, id))) unsure.push(id)
    else found.add(id)
  }
  if (unsure.length === 0) return
  const set = { sources: [source], dirtySpans: [] }
  const sql = `SELECT DISTINCT _series FROM (${compileRelation(set, [], ALL_TIME, `_series IN (${unsure.join(', ')})`)})`
  for await (const { rowCount, columns } of duckdb.stream(sql, [], ['unsigned'], null)) {
    for (let row = 0; row < rowCount; row++) found.add((columns[0].values as BigUint64Array)[row])
  }
}

/** Whether some row of the file is not hidden. */
export async function hasVisibleRows(reader: FileReader, duckdb: Duckdb, source: FileSource): Promise<boolean> {
  const { file } = source
  const hidden = source.hidden.filter((tombstone) => touchesSpan(tombstone, file))
  if (hidden.length === 0) return true
  if (hidden.every(({ seriesIds }) => seriesIds !== null)) {
    const { seriesIds } = await reader.index(file)
    if (seriesIds.some((id) => !hidden.some((tombstone) => hidesSeries(tombstone, id)))) return true
  }
  const set = { sources: [source], dirtySpans: [] }
  const sql = `SELECT _series FROM (${compileRelation(set, [], ALL_TIME, '')}) LIMIT 1`
  for await (const { rowCount } of duckdb.stream(sql, [], ['unsigned'], null)) if (rowCount > 0) return true
  return false
}

function membersAmong(index: FileIndex, candidates: ReadonlySet<bigint>): bigint[] {
  const { seriesIds } = index
  if (candidates.size * SEARCH_STEPS < seriesIds.length) {
    return [...candidates].filter((id) => findSeries(index, id) !== null)
  }
  const members: bigint[] = []
  for (let i = 0; i < seriesIds.length; i++) if (candidates.has(seriesIds[i])) members.push(seriesIds[i])
  return members
}
