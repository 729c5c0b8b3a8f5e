/**
 * The five types a field value can have. The names are the ones InfluxDB prints in `SHOW FIELD KEYS` and in
 * `field type conflict` errors.
 */

export type FieldType = 'float' | 'integer' | 'unsigned' | 'string' | 'boolean'

/**
 * When shards disagree on a field's type, a read takes the first of these that occurs and casts numbers to it; values
 * that cannot be cast read as missing. Source: answers of influxd 1.6.7, and influxql's DataType.LessThan.
 */
export const FIELD_TYPE_PRECEDENCE: readonly FieldType[] = ['float', 'integer', 'unsigned', 'string', 'boolean']

export function isNumeric(type: FieldType): boolean {
  return type === 'float' || type === 'integer' || type === 'unsigned'
}
