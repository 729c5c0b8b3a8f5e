/** A series of a JSON answer → typed columns, for servers that do not speak MessagePack. */

import { type ColumnBuilder, type FieldType, MeasurementBuilder, type PointColumns } from '../engine/index.js'
import { ClientError } from './client-error.js'
import type { DeclaredTypes } from './msgpack-column-reader.js'
import type { AnswerSeries, AnswerValue } from './query-answer.js'

/** Times must have been asked for as `epoch=ns`. JSON does not tell 1.0 from 1: a field without one declared type is float when it can be. */
export function columnsOfSeries(series: AnswerSeries, declared: DeclaredTypes): PointColumns {
  const rows = series.values ?? []
  const builder = new MeasurementBuilder(series.name ?? '', Math.max(8, rows.length))
  const targets: (ColumnBuilder | null)[] = series.columns.map(() => null)
  for (const [row, values] of rows.entries()) {
    for (let i = 1; i < values.length; i++) {
      const value = values[i]
      if (value === null) continue
      const name = series.columns[i]
      const target = (targets[i] ??= builder.column(name, typeOf(value, declared.get(name) ?? [])))
      setValue(target, row, value)
      target.markValid(row, builder.rowCapacity)
    }
    const time = BigInt(values[0] as number | bigint)
    builder.commitRow(0, Number(BigInt.asIntN(32, time)), Number(BigInt.asIntN(32, time >> 32n)))
  }
  const { measurement, rowCount, timestamps, fields } = builder.finish()
  const tags = Object.entries(series.tags ?? {}).filter(([, value]) => value !== '')
  return { measurement, series: [tags], seriesOfRow: null, rowCount, timestamps, fields }
}

function typeOf(value: Exclude<AnswerValue, null>, declared: readonly FieldType[]): FieldType {
  if (declared.length === 1) return declared[0]
  if (typeof value === 'boolean') return 'boolean'
  if (typeof value === 'string') return 'string'
  return declared.includes('float') || declared.length === 0 ? 'float' : declared[0]
}

function setValue(target: ColumnBuilder, row: number, value: Exclude<AnswerValue, null>): void {
  const isNumber = typeof value === 'number' || typeof value === 'bigint'
  if (target.type === 'float' && isNumber) target.floats[row] = Number(value)
  else if (target.type === 'boolean' && typeof value === 'boolean') target.booleans[row] = value ? 1 : 0
  else if (target.type === 'string' && typeof value === 'string') target.setString(row, value)
  else if ((target.type === 'integer' || target.type === 'unsigned') && isNumber) target.setBigint(row, BigInt(value))
  else throw new ClientError('unexpected', `the answer is not as expected: "${target.name}" is no ${target.type}`)
}
