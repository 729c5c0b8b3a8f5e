/** The values of one field in the two forms MessagePack bodies have them: one by one, or a column at a time. */

import type { FieldType } from '../domain/field-type.js'
import type { ColumnBuilder } from '../domain/point-batch-builder.js'
import { MessagePackFault, type MessagePackReader } from './message-pack-reader.js'

/** Names of the explicit form `{Integer: 5}`. */
export const FIELD_TYPE_TAGS: ReadonlyMap<string, FieldType> = new Map<string, FieldType>([
  ['Float', 'float'],
  ['Integer', 'integer'],
  ['UInteger', 'unsigned'],
  ['String', 'string'],
  ['Boolean', 'boolean'],
])

export type FieldValue = number | bigint | string | boolean

export interface TypedValue {
  readonly type: FieldType
  readonly value: FieldValue
}

const INT64_MIN = -(2n ** 63n)
const INT64_MAX = 2n ** 63n - 1n

/** A plain value, typed by its encoding, or `{<Type>: value}`; null for nil. */
export function readTypedValue(reader: MessagePackReader): TypedValue | null {
  const kind = reader.kind()
  switch (kind) {
    case 'nil':
      reader.skipNil()
      return null
    case 'boolean':
    case 'integer':
    case 'float':
    case 'string':
      return { type: kind, value: readValueOf(reader, kind) }
    case 'map': {
      const type = readTypeTag(reader)
      return { type, value: readValueOf(reader, type) }
    }
    default:
      throw new MessagePackFault(`a field cannot be of kind ${kind}`)
  }
}

/** The one key of `{<Type>: …}`, with the reader then at the value. */
export function readTypeTag(reader: MessagePackReader): FieldType {
  const count = reader.readMapLength()
  if (count !== 1) throw new MessagePackFault(`a typed value has one entry, not ${count}`)
  const tag = reader.readName()
  const type = FIELD_TYPE_TAGS.get(tag)
  if (type === undefined) throw new MessagePackFault(`unknown field type ${JSON.stringify(tag)}`)
  return type
}

/** Of exactly this type; an integer is taken for a float. */
export function readValueOf(reader: MessagePackReader, type: FieldType): FieldValue {
  switch (type) {
    case 'boolean':
      return reader.readBoolean()
    case 'string':
      return reader.readString()
    case 'float': {
      const value = reader.kind() === 'integer' ? Number(reader.readInteger()) : reader.readFloat()
      if (!Number.isFinite(value)) throw new MessagePackFault('NaN and infinity are not supported')
      return value
    }
    case 'integer':
      return checkRange(reader.readInteger(), INT64_MIN, INT64_MAX, type)
    case 'unsigned':
      return checkRange(reader.readInteger(), 0n, 2n ** 64n - 1n, type)
  }
}

function checkRange(value: number | bigint, min: bigint, max: bigint, type: FieldType): number | bigint {
  if (value < min || value > max) throw new MessagePackFault(`${value} is out of range for type ${type}`)
  return value
}

export function setValue(column: ColumnBuilder, row: number, rowCapacity: number, value: FieldValue): void {
  if (typeof value === 'string') column.setString(row, value)
  else if (typeof value === 'boolean') column.booleans[row] = value ? 1 : 0
  else if (typeof value === 'bigint') column.setBigint(row, value)
  else if (column.type === 'float') column.floats[row] = value
  else column.setInteger(row, value)
  column.markValid(row, rowCapacity)
}
