/**
 * A field may have one type in some shards and another in others. What to do about it is the user's choice:
 *
 *   fail    do not start          keep    each shard group keeps its own type, as in the source
 *   float   numbers become floats suffix  other types than the first go to `name_integer`, `name_string`, …
 *   skip    values of other types than the first are left out and reported
 *
 * Pure: columns in, columns out.
 */

import { type FieldColumn, type FieldType, isValid, type PointColumns } from '../../engine/index.js'

export const TYPE_CHOICES = ['fail', 'keep', 'float', 'suffix', 'skip'] as const
export type TypeChoice = (typeof TYPE_CHOICES)[number]

export interface SettledColumns {
  readonly columns: PointColumns
  /** What was left out, of the same rows; null when nothing was. */
  readonly skipped: PointColumns | null
}

/** `conflicts`: for each field of several types, these types in order of precedence. */
export function settleTypes(
  columns: PointColumns,
  conflicts: ReadonlyMap<string, readonly FieldType[]>,
  choice: TypeChoice,
): SettledColumns {
  if (conflicts.size === 0 || choice === 'keep' || choice === 'fail') return { columns, skipped: null }
  const kept: FieldColumn[] = []
  const skipped: FieldColumn[] = []
  for (const field of columns.fields) {
    const types = conflicts.get(field.name)
    const settled = types === undefined ? field : settle(field, types, choice, columns.rowCount)
    if (settled === null) skipped.push(field)
    else kept.push(settled)
  }
  return {
    columns: { ...columns, fields: kept },
    skipped: skipped.length === 0 ? null : { ...columns, fields: skipped },
  }
}

function settle(
  field: FieldColumn,
  types: readonly FieldType[],
  choice: 'float' | 'suffix' | 'skip',
  rowCount: number,
): FieldColumn | null {
  const isFirst = field.type === types[0]
  switch (choice) {
    case 'float':
      if (field.type === 'float') return field
      if (field.type === 'integer' || field.type === 'unsigned') return toFloat(field, rowCount)
      return isFirst ? field : null
    case 'suffix':
      return isFirst ? field : { ...field, name: `${field.name}_${field.type}` }
    case 'skip':
      return isFirst ? field : null
  }
}

function toFloat(field: Extract<FieldColumn, { type: 'integer' | 'unsigned' }>, rowCount: number): FieldColumn {
  const values = new Float64Array(rowCount)
  for (let row = 0; row < rowCount; row++) {
    if (isValid(field.validity, row)) values[row] = Number(field.values[row])
  }
  return { name: field.name, type: 'float', values, validity: field.validity }
}
