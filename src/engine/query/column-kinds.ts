/**
 * What a name means in a query's tables: a field with a type, a tag, or nothing. Where tables or shards disagree, a
 * field wins over a tag and the first type of FIELD_TYPE_PRECEDENCE over the others.
 */

import { FIELD_TYPE_PRECEDENCE, type FieldType, isNumeric } from '../domain/field-type.js'
import type { TimeRange } from '../domain/time-range.js'
import type { CastType } from '../influxql/ast.js'
import type { Catalog } from './catalog.js'
import type { TableName } from './scan.js'
import type { PlanRef } from './select-plan.js'

type TypeSet = ReadonlySet<FieldType>

export class ColumnKinds {
  readonly #catalog: Catalog
  readonly #tables: readonly TableName[]
  readonly #fieldTypes: readonly ReadonlyMap<string, TypeSet>[]

  constructor(catalog: Catalog, tables: readonly TableName[], range: TimeRange) {
    this.#catalog = catalog
    this.#tables = tables
    this.#fieldTypes = tables.map((table) => catalog.fieldTypes(table, range))
  }

  /** What a reference reads, or null when there is nothing to read. */
  resolve(name: string, cast: CastType | null): PlanRef | null {
    const type = cast === 'tag' ? undefined : this.fieldType(name)
    if (cast === null || cast === 'field') {
      if (type !== undefined) return { kind: 'field', name, type }
      return cast === null && this.#isTag(name) ? { kind: 'tag', name } : null
    }
    if (cast === 'tag') return this.#isTag(name) ? { kind: 'tag', name } : null
    if (cast === 'time' || cast === 'duration' || type === undefined) return null
    return this.#canRead(name, cast) ? { kind: 'field', name, type: cast } : null
  }

  fieldType(name: string): FieldType | undefined {
    let best: FieldType | undefined
    for (const fields of this.#fieldTypes) {
      const types = fields.get(name)
      if (types !== undefined) best = preferred(best, types)
    }
    return best
  }

  /** All fields with their types. */
  fields(): ReadonlyMap<string, FieldType> {
    const all = new Map<string, FieldType>()
    for (const fields of this.#fieldTypes) {
      for (const [name, types] of fields) {
        const best = preferred(all.get(name), types)
        if (best !== undefined) all.set(name, best)
      }
    }
    return all
  }

  tagKeys(): ReadonlySet<string> {
    return new Set(this.#tables.flatMap((table) => this.#tagKeysOf(table)))
  }

  #isTag(name: string): boolean {
    return this.#tables.some((table) => this.#tagKeysOf(table).includes(name))
  }

  /** A table without data in the range has no tags to show either. */
  #tagKeysOf(table: TableName): readonly string[] {
    if (this.#fieldTypes[this.#tables.indexOf(table)].size === 0) return []
    return this.#catalog.seriesIndex(table.database).tagKeys(table.measurement)
  }

  #canRead(name: string, as: FieldType): boolean {
    return this.#fieldTypes.some((fields) => canReadAs(fields.get(name), as))
  }
}

/** Whether any of the stored types can be read as `as`: the same type, or one number as another. */
export function canReadAs(stored: TypeSet | undefined, as: FieldType): boolean {
  if (stored === undefined) return false
  return stored.has(as) || (isNumeric(as) && [...stored].some(isNumeric))
}

/** The type that a field of several types is read as. */
export function preferred(known: FieldType | undefined, types: TypeSet): FieldType | undefined {
  return FIELD_TYPE_PRECEDENCE.find((type) => type === known || types.has(type))
}
