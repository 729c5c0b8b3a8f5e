/**
 * What the metadata store remembers of a database's series and field types, as changes: what a flush adds, and what a
 * drop takes away.
 */

import type { DatabaseRuntime } from './database-runtime.js'
import { groupBy } from './domain/group-by.js'
import type { FieldTypeEntry } from './metadata/field-types.js'
import type { MetaChange } from './registry/meta-store.js'

/** Series and types of these measurements that the store does not have yet (types are written again: they are few). */
export function rememberMeasurements(runtime: DatabaseRuntime, measurements: ReadonlySet<string>): MetaChange[] {
  const changes: MetaChange[] = []
  const { name: database, seriesTable, seriesIndex } = runtime
  for (const measurement of measurements) {
    for (const ordinal of seriesIndex.ordinalsOf(measurement)) {
      if (runtime.isStored(ordinal)) continue
      runtime.setStored(ordinal, true)
      changes.push({ kind: 'put-series', database, key: seriesTable.keyOf(ordinal).slice() })
    }
  }
  return [...changes, ...rememberTypes(runtime, ({ measurement }) => measurements.has(measurement))]
}

/** The types as they are now. */
export function rememberTypes(runtime: DatabaseRuntime, isMeant: (entry: FieldTypeEntry) => boolean): MetaChange[] {
  const entries = [...runtime.fieldTypes.entries()].filter(isMeant)
  return [...groupBy(entries, (entry) => typesKey(runtime.name, entry))].map(([key, types]) => ({
    kind: 'put-types',
    key,
    types,
  }))
}

/** Takes the measurement's series out of the index. */
export function forgetSeries(runtime: DatabaseRuntime, measurement: string): MetaChange[] {
  runtime.origins.forget(measurement)
  return forgetSeriesOf(runtime, measurement, runtime.seriesIndex.ordinalsOf(measurement).slice())
}

/** Takes these series of the measurement out of the index. */
export function forgetSeriesOf(runtime: DatabaseRuntime, measurement: string, ordinals: Uint32Array): MetaChange[] {
  const changes: MetaChange[] = []
  for (const ordinal of ordinals) {
    if (!runtime.isStored(ordinal)) continue
    runtime.setStored(ordinal, false)
    changes.push({ kind: 'remove-series', database: runtime.name, key: runtime.seriesTable.keyOf(ordinal).slice() })
  }
  runtime.seriesIndex.removeSeries(measurement, ordinals)
  return changes
}

/** For the types that `isForgotten` chooses; the caller takes them out of memory. */
export function forgetTypes(runtime: DatabaseRuntime, isForgotten: (entry: FieldTypeEntry) => boolean): MetaChange[] {
  const keys = new Set<string>()
  for (const entry of runtime.fieldTypes.entries()) if (isForgotten(entry)) keys.add(typesKey(runtime.name, entry))
  return [...keys].map((key) => ({ kind: 'remove-types', key }))
}

export function forgetDatabase(runtime: DatabaseRuntime): MetaChange[] {
  const types = forgetTypes(runtime, () => true)
  return [
    ...types,
    ...[...runtime.seriesIndex.measurements()].flatMap((measurement) => forgetSeries(runtime, measurement)),
  ]
}

export function databaseOfTypesKey(key: string): string {
  return (JSON.parse(key) as string[])[0]
}

function typesKey(database: string, { retentionPolicy, measurement, startNs }: FieldTypeEntry): string {
  return JSON.stringify([database, retentionPolicy, measurement, String(startNs)])
}
