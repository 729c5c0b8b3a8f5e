/**
 * Which series have points in a range of time: what a bound on time in a SHOW statement asks. Answered from the points
 * themselves, to the nanosecond; InfluxDB looks at whole shards and also lists series that are older or newer by up to
 * a shard's length.
 */

import { ALL_TIME, type TimeRange } from '../../domain/time-range.js'
import type { TimeBounds } from '../../influxql/split-time.js'
import type { Catalog } from '../catalog.js'
import type { AggregateRequest, ScanField, TableName } from '../scan.js'

/** Those of `series` (ordinals) with a point within `bounds` in one of the tables, in the same order. */
export async function seriesInTime(
  catalog: Catalog,
  tables: readonly TableName[],
  series: Uint32Array,
  bounds: TimeBounds,
  signal: AbortSignal,
): Promise<Uint32Array> {
  if (isUnbounded(bounds)) return series
  const range = rangeOf(bounds)
  const found = new Set<number>()
  for (const table of tables) {
    for (const fields of fieldPasses(catalog, table, range)) {
      const missing = series.filter((ordinal) => !found.has(ordinal))
      if (missing.length === 0) return series
      await findIn(catalog, presenceRequest(table, missing, fields, range), missing, signal, found)
    }
  }
  return series.filter((ordinal) => found.has(ordinal))
}

export function isUnbounded({ startNs, endNs }: TimeBounds): boolean {
  return startNs === null && endNs === null
}

function rangeOf({ startNs, endNs }: TimeBounds): TimeRange {
  return { startNs: startNs ?? ALL_TIME.startNs, endNs: endNs ?? ALL_TIME.endNs }
}

async function findIn(
  { scanner }: Catalog,
  request: AggregateRequest,
  series: Uint32Array,
  signal: AbortSignal,
  found: Set<number>,
): Promise<void> {
  const groups = scanner.aggregate(request, signal) ?? scanner.scan(request, signal)
  for await (const { group } of groups) found.add(series[group])
}

/** One group a series, of which the first row is enough. */
function presenceRequest(
  table: TableName,
  series: Uint32Array,
  fields: readonly ScanField[],
  range: TimeRange,
): AggregateRequest {
  return {
    table,
    groups: Array.from(series, (ordinal) => ({ parts: [{ series: Uint32Array.of(ordinal), filter: null }] })),
    fields,
    outputFieldCount: fields.length,
    range,
    isDescending: false,
    rowLimitPerGroup: 1,
    calls: fields.map((_, field) => ({ function: 'count', field, argument: 0 })),
    needsTimes: false,
    window: null,
  }
}

/** Every field with its first type, then those that have a second one, and so on: a scan reads a field as one type. */
function* fieldPasses(catalog: Catalog, table: TableName, range: TimeRange): Iterable<ScanField[]> {
  if (range.startNs >= range.endNs) return
  const types = [...catalog.fieldTypes(table, range)].map(([name, ofField]) => ({ name, types: [...ofField] }))
  for (let pass = 0; ; pass++) {
    const fields = types.filter((field) => field.types.length > pass)
    if (fields.length === 0) return
    yield fields.map((field) => ({ name: field.name, type: field.types[pass] }))
  }
}
