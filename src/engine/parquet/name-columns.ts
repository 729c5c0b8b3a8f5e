/**
 * Column names inside a Parquet file. A tag and a field may share a name, names may differ only in case (DuckDB does
 * not tell those apart) or be `time`; the first keeps its name, others get `~2`, `~3` … Control characters are
 * percent-encoded. The mapping is in the registry entry and in the file's key-value metadata.
 */

import type { FieldType } from '../domain/field-type.js'
import type { FileColumn } from '../registry/file-entry.js'

export const TIME_COLUMN = 'time'
export const SERIES_COLUMN = '_series'

export function nameColumns(
  tagKeys: readonly string[],
  fields: readonly { readonly name: string; readonly type: FieldType }[],
): FileColumn[] {
  const taken = new Set([TIME_COLUMN, SERIES_COLUMN])
  const nameOne = (kind: 'tag' | 'field', name: string, type: FieldType): FileColumn => {
    const base = name.replace(/[\0-\x1f\x7f%]/g, (c) => `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`)
    let column = base
    for (let n = 2; taken.has(column.toLowerCase()); n++) column = `${base}~${n}`
    taken.add(column.toLowerCase())
    return { kind, name, column, type }
  }
  return [
    ...tagKeys.map((key) => nameOne('tag', key, 'string')),
    ...fields.map((field) => nameOne('field', field.name, field.type)),
  ]
}
