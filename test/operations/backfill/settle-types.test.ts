import { expect, test } from 'vitest'
import type { FieldType, PointColumns } from '../../../src/engine/index.js'
import { settleTypes, type TypeChoice } from '../../../src/operations/backfill/settle-types.js'
import { printRows } from '../../client/point-columns.js'

const ROWS: PointColumns = {
  measurement: 'm',
  series: [[]],
  seriesOfRow: null,
  rowCount: 2,
  timestamps: BigInt64Array.of(1n, 2n),
  fields: [
    { name: 'f', type: 'integer', values: BigInt64Array.of(7n, 0n), validity: Uint32Array.of(0b01) },
    { name: 's', type: 'string', values: ['a', 'b'], validity: null },
    { name: 'other', type: 'boolean', values: Uint8Array.of(1, 0), validity: null },
  ],
}
const CONFLICTS = new Map<string, FieldType[]>([
  ['f', ['float', 'integer']],
  ['s', ['float', 'string']],
])

function settle(choice: TypeChoice) {
  const { columns, skipped } = settleTypes(ROWS, CONFLICTS, choice)
  return { kept: printRows(columns), skipped: skipped === null ? [] : printRows(skipped) }
}

test('keep changes nothing', () => {
  expect(settleTypes(ROWS, CONFLICTS, 'keep').columns).toBe(ROWS)
})

test('float makes numbers floats and leaves out what is no number', () => {
  expect(settle('float')).toEqual({
    kept: ['m f:float=7 other:boolean=1 1', 'm other:boolean=0 2'],
    skipped: ['m s:string=a 1', 'm s:string=b 2'],
  })
})

test('suffix gives other types names of their own', () => {
  expect(settle('suffix').kept).toEqual([
    'm f_integer:integer=7 other:boolean=1 s_string:string=a 1',
    'm other:boolean=0 s_string:string=b 2',
  ])
})

test('skip leaves out other types than the first', () => {
  expect(settle('skip')).toEqual({
    kept: ['m other:boolean=1 1', 'm other:boolean=0 2'],
    skipped: ['m f:integer=7 s:string=a 1', 'm s:string=b 2'],
  })
})
