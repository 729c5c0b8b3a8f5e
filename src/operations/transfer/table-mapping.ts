/**
 * Columns of a file → parts of points: which column is the time and in which unit, which are tags, which are fields of
 * which type, and which are left out. Pure: what a file has and what the user says in, a mapping or a complaint out.
 */

import type { FieldType } from '../../engine/index.js'

export const TIME_UNITS = ['auto', 's', 'ms', 'us', 'ns'] as const
export type TimeUnit = (typeof TIME_UNITS)[number]

/** As DuckDB names the type: `BIGINT`, `TIMESTAMP_NS`, `STRUCT(a BIGINT)`. */
export interface FileColumn {
  readonly name: string
  readonly type: string
}

export interface MappingWishes {
  /** `column=tag:key`, `column=field:name`, `column=field:name:integer`, `column=time`, `column=skip`. */
  readonly maps: readonly string[]
  readonly tags: readonly string[]
  /** '' = a column named time, timestamp, … */
  readonly timestampColumn: string
  readonly timestampUnit: TimeUnit
  /** A tag or field that no row of the file has is no fault: JSON leaves out what has no value. */
  readonly isSparse: boolean
}

export interface TableMapping {
  readonly timestamp: { readonly column: string; readonly type: string; readonly unit: TimeUnit }
  readonly tags: readonly { readonly column: string; readonly key: string }[]
  readonly fields: readonly { readonly column: string; readonly name: string; readonly type: FieldType }[]
  /** Columns that were named and are not there. */
  readonly absent: readonly string[]
}

/** What the user wrote does not fit the file. */
export class MappingFault extends Error {}

const TIMESTAMP_NAMES = ['time', 'timestamp', '_time', 'ts', 'datetime', 'date']

type Role =
  | { readonly kind: 'tag'; readonly key: string }
  | { readonly kind: 'field'; readonly name: string; readonly type: FieldType | null }
  | { readonly kind: 'time' }
  | { readonly kind: 'skip' }

/** Throws `MappingFault`. */
export function mapColumns(columns: readonly FileColumn[], wishes: MappingWishes): TableMapping {
  const { roles, absent } = rolesOf(columns, wishes)
  const timestamps = columns.filter(({ name }) => roles.get(name)?.kind === 'time')
  if (timestamps.length !== 1) {
    const names = columns.map(({ name }) => name).join(', ')
    throw new MappingFault(`no column is the time; name it with --timestamp-column (there are ${names})`)
  }
  const tags: { column: string; key: string }[] = []
  const fields: { column: string; name: string; type: FieldType }[] = []
  for (const { name, type } of columns) {
    const role = roles.get(name) ?? { kind: 'field', name, type: null }
    if (role.kind === 'tag') tags.push({ column: name, key: role.key })
    if (role.kind === 'field') fields.push({ column: name, name: role.name, type: role.type ?? fieldTypeOf(type) })
  }
  if (fields.length === 0) throw new MappingFault('no column is a field')
  refuseTwice([...fields.map(({ name }) => name)], 'field')
  refuseTwice([...tags.map(({ key }) => key)], 'tag')
  const [{ name, type }] = timestamps
  return { timestamp: { column: name, type, unit: wishes.timestampUnit }, tags, fields, absent }
}

/** Throws `MappingFault` when there is none of this name. */
export function requireColumn(columns: readonly FileColumn[], name: string): void {
  const names = columns.map((column) => column.name)
  if (!names.includes(name)) throw new MappingFault(`there is no column ${name} (there are ${names.join(', ')})`)
}

/** Columns that may be called so only because another one differs from them in case alone: `v_1` beside `V`. */
export function suspectNames(columns: readonly FileColumn[], { maps, tags }: MappingWishes): string[] {
  const known = new Set(columns.map(({ name }) => name.toLowerCase()))
  const isNamed = (name: string): boolean => tags.includes(name) || maps.some((map) => parseMap(map)[0] === name)
  const names = columns.map(({ name }) => name)
  return names.filter(
    (name) => /_\d+$/.test(name) && known.has(name.toLowerCase().replace(/_\d+$/, '')) && !isNamed(name),
  )
}

function rolesOf(
  columns: readonly FileColumn[],
  wishes: MappingWishes,
): { roles: Map<string, Role>; absent: string[] } {
  const roles = new Map<string, Role>()
  const absent: string[] = []
  const set = (name: string, role: Role) => {
    const isAbsent = wishes.isSparse && role.kind !== 'time' && !columns.some((column) => column.name === name)
    if (isAbsent) absent.push(name)
    else requireColumn(columns, name)
    roles.set(name, role)
  }
  for (const name of wishes.tags) set(name, { kind: 'tag', key: name })
  for (const map of wishes.maps) set(...parseMap(map))
  const isTimeMapped = [...roles.values()].some(({ kind }) => kind === 'time')
  if (wishes.timestampColumn !== '') set(wishes.timestampColumn, { kind: 'time' })
  else if (!isTimeMapped) {
    const lower = new Map(columns.map(({ name }) => [name.toLowerCase(), name]))
    const found = TIMESTAMP_NAMES.map((name) => lower.get(name)).find((name) => name !== undefined && !roles.has(name))
    if (found !== undefined) set(found, { kind: 'time' })
  }
  return { roles, absent }
}

const FIELD_TYPES: readonly FieldType[] = ['float', 'integer', 'unsigned', 'string', 'boolean']

function parseMap(text: string): [column: string, role: Role] {
  const equals = text.lastIndexOf('=')
  const column = text.slice(0, equals)
  const [kind, name = column, type, ...more] = text.slice(equals + 1).split(':')
  const fault = new MappingFault(
    `--map ${text} is not column=tag:key, column=field:name[:type], column=time or column=skip`,
  )
  if (equals < 1 || more.length > 0) throw fault
  switch (kind) {
    case 'tag':
      if (type !== undefined) throw fault
      return [column, { kind, key: name }]
    case 'field':
      if (type !== undefined && !FIELD_TYPES.includes(type as FieldType)) throw fault
      return [column, { kind, name, type: (type as FieldType | undefined) ?? null }]
    case 'time':
    case 'skip':
      return [column, { kind }]
    default:
      throw fault
  }
}

/** Decimals, big integers and everything with parts become what holds them best. */
export function fieldTypeOf(type: string): FieldType {
  if (/^(TINYINT|SMALLINT|INTEGER|BIGINT|UTINYINT|USMALLINT|UINTEGER)$/.test(type)) return 'integer'
  if (type === 'UBIGINT') return 'unsigned'
  if (type === 'BOOLEAN') return 'boolean'
  if (/^(FLOAT|DOUBLE|U?HUGEINT|DECIMAL\(.*\))$/.test(type)) return 'float'
  return 'string'
}

function refuseTwice(names: readonly string[], what: string): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new MappingFault(`two columns are the ${what} ${twice}`)
}
