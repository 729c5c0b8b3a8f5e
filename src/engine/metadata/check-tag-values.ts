/**
 * The limit on how many values a tag may have: points of a new series that would add one too many are refused. Series
 * that exist already are not looked at, so a batch without new series costs one bit test per row.
 */

import type { MeasurementBatch, PointBatch } from '../domain/point-batch.js'
import { selectRows } from '../domain/select-rows.js'
import type { Refusal } from './refusal.js'
import type { SeriesIndex } from './series-index.js'
import type { SeriesTable } from './series-table.js'

export interface TagValueCheck {
  /** The very same object when nothing was refused. */
  readonly batch: PointBatch
  readonly refusals: readonly Refusal[]
}

/** `valuesPerTagMax` 0 = no limit. */
export function checkTagValues(
  table: SeriesTable,
  index: SeriesIndex,
  batch: PointBatch,
  valuesPerTagMax: number,
): TagValueCheck {
  if (valuesPerTagMax === 0 || !batch.measurements.some((part) => canExceed(index, part, valuesPerTagMax))) {
    return { batch, refusals: [] }
  }
  const reasons = findExcess(table, index, batch, valuesPerTagMax)
  if (reasons.size === 0) return { batch, refusals: [] }
  const measurements = batch.measurements
    .map((part) => selectRows(part, rowsOutside(part, reasons)))
    .filter((part) => part.rowCount > 0)
  const rowCount = measurements.reduce((sum, part) => sum + part.rowCount, 0)
  const [reason] = reasons.values()
  return {
    batch: { measurements, rowCount },
    refusals: [{ kind: 'series', rowCount: batch.rowCount - rowCount, reason }],
  }
}

/** Whether the new series of `part` could bring a tag over the limit, if each had a new value: no tag is read for this. */
function canExceed(index: SeriesIndex, { measurement, series, rowCount }: MeasurementBatch, max: number): boolean {
  let newCount = 0
  for (let row = 0; row < rowCount; row++) if (!index.has(series[row])) newCount++
  if (newCount === 0) return false
  return (
    newCount > max || index.tagKeys(measurement).some((key) => index.tagValueCount(measurement, key) + newCount > max)
  )
}

/** Why, by ordinal, in order of appearance. */
function findExcess(
  table: SeriesTable,
  index: SeriesIndex,
  batch: PointBatch,
  valuesPerTagMax: number,
): Map<number, string> {
  const reasons = new Map<number, string>()
  const added = new Map<string, Set<string>>()
  const seen = new Set<number>()
  for (const { measurement, series, rowCount } of batch.measurements) {
    for (let row = 0; row < rowCount; row++) {
      const ordinal = series[row]
      if (index.has(ordinal) || seen.has(ordinal)) continue
      seen.add(ordinal)
      const fresh = table.tagsOf(ordinal).filter(([key, value]) => !index.hasTagValue(measurement, key, value))
      const excess = fresh.find(([key, value]) => {
        const values = addedValues(added, measurement, key)
        return !values.has(value) && index.tagValueCount(measurement, key) + values.size >= valuesPerTagMax
      })
      if (excess === undefined) {
        for (const [key, value] of fresh) addedValues(added, measurement, key).add(value)
      } else reasons.set(ordinal, excessReason(measurement, excess[0], excess[1], valuesPerTagMax))
    }
  }
  return reasons
}

function addedValues(added: Map<string, Set<string>>, measurement: string, key: string): Set<string> {
  const id = JSON.stringify([measurement, key])
  let values = added.get(id)
  if (values === undefined) added.set(id, (values = new Set()))
  return values
}

function excessReason(measurement: string, key: string, value: string, max: number): string {
  return (
    `max-values-per-tag limit exceeded (${max}/${max}): ` + `measurement="${measurement}" tag="${key}" value="${value}"`
  )
}

function rowsOutside(part: MeasurementBatch, reasons: ReadonlyMap<number, string>): Uint32Array {
  return Uint32Array.from({ length: part.rowCount }, (_, row) => row).filter((row) => !reasons.has(part.series[row]))
}
