/**
 * What a name means in a query's tables: a field with a type, a tag, or nothing. Where tables or shards disagree, a
 * field wins over a tag and the first type of FIELD_TYPE_PRECEDENCE over the others.
 */

import { FIELD_TYPE_PRECEDENCE, type FieldType, isNumeric } from '../domain/field-type.js'
import type { TimeRange } from '../domain/time-range.js'
import type { CastType } from '../influxql/ast.js'
import type { Catalog } from './catalog.js'
import type { TableName } from './scan.js'
import type { PlanRef, SelectPlan } from './select-plan.js'
import type { StaticType, TypedNames } from './static-types.js'

type TypeSet = ReadonlySet<FieldType>

/** What a source of rows, a table or a subquery, has to offer. */
export interface SourceColumns {
  /** Of a subquery. */
  readonly isAnswer: boolean
  readonly fieldTypes: ReadonlyMap<string, TypeSet>
  /** Columns of a subquery that are tags by type: read as fields, but no operand of arithmetic. */
  readonly tagTyped: ReadonlySet<string>
  /** Columns of a subquery without a type: they have a name and no values. */
  readonly untyped: readonly string[]
  /** Tags by which a subquery groups. */
  readonly groupedBy: readonly string[]
  tagKeys(): readonly string[]
}

const NO_NAMES: ReadonlySet<string> = new Set()
const NO_FIELDS: ReadonlyMap<string, TypeSet> = new Map()

/** Tags too are seen only where there is data in the range. */
export function tableColumns(catalog: Catalog, table: TableName, range: TimeRange): SourceColumns {
  // Without series nothing is left of a measurement, though its fields are only forgotten with its files.
  const isEmpty = catalog.seriesIndex(table.database).seriesCount(table.measurement) === 0
  const fieldTypes = isEmpty ? NO_FIELDS : catalog.fieldTypes(table, range)
  return {
    isAnswer: false,
    fieldTypes,
    tagTyped: NO_NAMES,
    untyped: [],
    groupedBy: [],
    tagKeys: () => (fieldTypes.size === 0 ? [] : catalog.seriesIndex(table.database).tagKeys(table.measurement)),
  }
}

/** The columns of a subquery's answer, by the types they have before rows are read, and the tags it groups by itself. */
export function subqueryColumns(plan: SelectPlan): SourceColumns {
  const fieldTypes = new Map<string, TypeSet>()
  const tagTyped = new Set<string>()
  const untyped: string[] = []
  for (const { plainName, staticType } of plan.columns) {
    if (fieldTypes.has(plainName)) continue
    if (staticType === 'unknown') untyped.push(plainName)
    else fieldTypes.set(plainName, new Set([staticType === 'tag' ? 'string' : staticType]))
    if (staticType === 'tag') tagTyped.add(plainName)
  }
  const groupedBy = plan.ownDimensions
  return { isAnswer: true, fieldTypes, tagTyped, untyped, groupedBy, tagKeys: () => groupedBy }
}

export class ColumnKinds implements TypedNames {
  readonly #sources: readonly SourceColumns[]

  constructor(sources: readonly SourceColumns[]) {
    this.#sources = sources
  }

  /** What a reference reads, or null when there is nothing to read. */
  resolve(name: string, cast: CastType | null): PlanRef | null {
    const type = this.fieldType(name)
    if (type !== undefined && this.#isTagTyped(name) && (cast === 'tag' || cast === 'field')) {
      return cast === 'tag' ? { kind: 'field', name, type } : null
    }
    if (cast === 'tag') return this.#isTag(name) ? { kind: 'tag', name } : null
    if (cast === null || cast === 'field') {
      if (type !== undefined) return { kind: 'field', name, type }
      return cast === null && this.#isTag(name) ? { kind: 'tag', name } : null
    }
    if (cast === 'time' || cast === 'duration' || type === undefined) return null
    return this.#canRead(name, cast) ? { kind: 'field', name, type: cast } : null
  }

  /** As a column by itself: of a subquery's column a cast to what it cannot be is passed over (influxd 1.6.7). */
  resolveValue(name: string, cast: CastType | null): PlanRef | null {
    const ref = this.resolve(name, cast)
    const isValueCast = cast !== null && cast !== 'field' && cast !== 'tag' && cast !== 'time' && cast !== 'duration'
    const isOfSubquery = this.#sources.some(({ isAnswer, fieldTypes }) => isAnswer && fieldTypes.has(name))
    return ref === null && isValueCast && isOfSubquery ? this.resolve(name, null) : ref
  }

  /** As the argument of a function: the tags of a subquery's series are texts like its columns. */
  resolveArgument(name: string, cast: CastType | null): PlanRef | null {
    const ref = this.resolve(name, cast)
    const isOfSubquery = ref?.kind === 'tag' && this.#sources.some(({ groupedBy }) => groupedBy.includes(name))
    return isOfSubquery ? { kind: 'field', name, type: 'string' } : ref
  }

  typeOfName(name: string): StaticType {
    if (this.#isTagTyped(name)) return 'tag'
    return this.fieldType(name) ?? (this.#isTag(name) ? 'tag' : 'unknown')
  }

  fieldType(name: string): FieldType | undefined {
    let best: FieldType | undefined
    for (const { fieldTypes } of this.#sources) {
      const types = fieldTypes.get(name)
      if (types !== undefined) best = preferred(best, types)
    }
    return best
  }

  /** All fields with their types. */
  fields(): ReadonlyMap<string, FieldType> {
    const all = new Map<string, FieldType>()
    for (const { fieldTypes } of this.#sources) {
      for (const [name, types] of fieldTypes) {
        const best = preferred(all.get(name), types)
        if (best !== undefined) all.set(name, best)
      }
    }
    return all
  }

  tagKeys(): ReadonlySet<string> {
    return new Set(this.#sources.flatMap((source) => source.tagKeys()))
  }

  untypedNames(): readonly string[] {
    return [...new Set(this.#sources.flatMap(({ untyped }) => untyped))]
  }

  #isTagTyped(name: string): boolean {
    return this.#sources.some(({ tagTyped }) => tagTyped.has(name))
  }

  #isTag(name: string): boolean {
    return this.#sources.some((source) => source.tagKeys().includes(name))
  }

  #canRead(name: string, as: FieldType): boolean {
    return this.#sources.some(({ fieldTypes }) => canReadAs(fieldTypes.get(name), as))
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
