import { expect, test } from 'vitest'
import { fieldTypeOf, type MappingWishes, mapColumns } from '../../../src/operations/transfer/table-mapping.js'

const COLUMNS = [
  { name: 'ts', type: 'TIMESTAMP' },
  { name: 'device', type: 'VARCHAR' },
  { name: 'id', type: 'BIGINT' },
  { name: 'value', type: 'DOUBLE' },
]
const NOTHING: MappingWishes = { maps: [], tags: [], timestampColumn: '', timestampUnit: 'auto', isSparse: false }

test('columns are fields unless told otherwise, and a column named like a time is the time', () => {
  expect(mapColumns(COLUMNS, { ...NOTHING, tags: ['device'], maps: ['id=skip'] })).toEqual({
    timestamp: { column: 'ts', type: 'TIMESTAMP', unit: 'auto' },
    tags: [{ column: 'device', key: 'device' }],
    fields: [{ column: 'value', name: 'value', type: 'float' }],
    absent: [],
  })
})

test('a map renames and retypes', () => {
  const { tags, fields } = mapColumns(COLUMNS, {
    ...NOTHING,
    maps: ['device=tag:dev', 'id=field:number:float', 'value=field:v'],
  })
  expect(tags).toEqual([{ column: 'device', key: 'dev' }])
  expect(fields).toEqual([
    { column: 'id', name: 'number', type: 'float' },
    { column: 'value', name: 'v', type: 'float' },
  ])
})

test.each([
  [{ tags: ['nope'] }, 'there is no column nope'],
  [{ maps: ['id=nonsense'] }, 'is not column=tag:key'],
  [{ maps: ['id=field:x:number'] }, 'is not column=tag:key'],
  [{ maps: ['ts=skip'] }, 'no column is the time'],
  [{ maps: ['id=field:value'] }, 'two columns are the field value'],
  [{ tags: ['device', 'id', 'value'] }, 'no column is a field'],
])('what does not fit is said: %j', (wishes, message) => {
  expect(() => mapColumns(COLUMNS, { ...NOTHING, ...wishes })).toThrow(message)
})

test.each([
  ['INTEGER', 'integer'],
  ['UBIGINT', 'unsigned'],
  ['DECIMAL(18,3)', 'float'],
  ['HUGEINT', 'float'],
  ['BOOLEAN', 'boolean'],
  ['STRUCT(a BIGINT)', 'string'],
  ['DATE', 'string'],
] as const)('%s becomes %s', (type, fieldType) => {
  expect(fieldTypeOf(type)).toBe(fieldType)
})

test('JSON leaves out what has no value, so a tag that no row has is only told; the time is needed', () => {
  const wishes = { ...NOTHING, tags: ['host', 'rack'], isSparse: true }
  const columns = [
    { name: 'time', type: 'BIGINT' },
    { name: 'host', type: 'VARCHAR' },
    { name: 'v', type: 'DOUBLE' },
  ]
  const { tags, absent } = mapColumns(columns, wishes)
  expect(tags).toEqual([{ column: 'host', key: 'host' }])
  expect(absent).toEqual(['rack'])
  expect(() => mapColumns(columns, { ...wishes, timestampColumn: 'when' })).toThrow('there is no column when')
})
