/**
 * What to select so that two sides' rows can be compared: every field of either, in every type that either has. A field
 * is read as one type only: where fields have several, the first query reads the first type of each, the second the second
 * type of those that have one, and so on.
 */

import { quoteName } from '../../client/quote-influxql.js'
import type { FieldType } from '../../engine/index.js'

export type FieldTypesByName = ReadonlyMap<string, readonly FieldType[]>

export interface Selection {
  /** Stands between SELECT and FROM. */
  readonly text: string
  /** Of the columns of the answer. */
  readonly types: FieldTypesByName
}

/** One for each query; none when there are no fields. */
export function selectFields(sides: readonly FieldTypesByName[]): Selection[] {
  const all = new Map<string, FieldType[]>()
  for (const fields of sides) {
    for (const [field, types] of fields) all.set(field, [...new Set([...(all.get(field) ?? []), ...types])].sort())
  }
  const passCount = Math.max(0, ...[...all.values()].map(({ length }) => length))
  return Array.from({ length: passCount }, (_, pass) => selectPass(all, pass, passCount))
}

function selectPass(all: FieldTypesByName, pass: number, passCount: number): Selection {
  const columns = [...all].flatMap(([field, types]) => {
    const type = types[pass]
    if (type === undefined) return []
    // A cast keeps a tag of the same name out as well.
    if (passCount === 1) return [{ name: field, text: `${quoteName(field)}::field`, type }]
    const name = `${field}::${type}`
    return [{ name, text: `${quoteName(field)}::${type} AS ${quoteName(name)}`, type }]
  })
  return {
    text: columns.map(({ text }) => text).join(', '),
    types: new Map(columns.map(({ name, type }) => [name, [type]])),
  }
}
