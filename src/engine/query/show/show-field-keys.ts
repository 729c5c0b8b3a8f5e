/**
 * SHOW FIELD KEYS: per measurement the fields and their types; a field that is of two types in different shards has two
 * rows. Limits are per measurement.
 */

import { compareBytewise } from '../../domain/compare-bytewise.js'
import type { FieldType } from '../../domain/field-type.js'
import { ALL_TIME } from '../../domain/time-range.js'
import type { Statement } from '../../influxql/ast.js'
import type { Catalog } from '../catalog.js'
import type { SeriesFrame } from '../result.js'
import type { TableName } from '../scan.js'
import { listFrame, textColumn } from '../text-frame.js'
import type { ShowContext } from './show-context.js'
import { shownTables } from './shown-tables.js'

type ShowFieldKeys = Extract<Statement, { kind: 'show-field-keys' }>
type TypesByField = Map<string, Set<FieldType>>

export function* showFieldKeys(statement: ShowFieldKeys, context: ShowContext): Iterable<SeriesFrame> {
  const { limit, offset } = statement
  for (const [measurement, tables] of tablesByMeasurement(shownTables(statement, context))) {
    const rows = rowsOf(typesIn(context.catalog, tables)).slice(offset, limit > 0 ? offset + limit : undefined)
    if (rows.length === 0) continue
    yield listFrame(measurement, [
      textColumn(
        'fieldKey',
        rows.map(([field]) => field),
      ),
      textColumn(
        'fieldType',
        rows.map(([, type]) => type),
      ),
    ])
  }
}

/** Tables of several policies count as one measurement. */
export function tablesByMeasurement(tables: readonly TableName[]): Map<string, TableName[]> {
  const groups = new Map<string, TableName[]>()
  for (const table of tables) {
    const group = groups.get(table.measurement)
    if (group === undefined) groups.set(table.measurement, [table])
    else group.push(table)
  }
  return groups
}

export function typesIn(catalog: Catalog, tables: readonly TableName[]): TypesByField {
  const merged: TypesByField = new Map()
  for (const table of tables) {
    for (const [field, types] of catalog.fieldTypes(table, ALL_TIME)) {
      const known = merged.get(field) ?? new Set()
      for (const type of types) known.add(type)
      merged.set(field, known)
    }
  }
  return merged
}

function rowsOf(types: TypesByField): [field: string, type: FieldType][] {
  const fields = [...types.keys()].sort(compareBytewise)
  return fields.flatMap((field) => [...types.get(field)!].sort().map((type): [string, FieldType] => [field, type]))
}
