import { afterEach, beforeEach, expect, test } from 'vitest'
import type { PointColumns } from '../../src/engine/index.js'
import { openTestEngine, TEST_NOW_NS, type TestEngine } from './open-test-engine.js'

let db: TestEngine

beforeEach(async () => {
  db = await openTestEngine()
})

afterEach(() => db.remove())

function write(...columns: PointColumns[]) {
  return db.engine.writeColumns({ database: 'db', retentionPolicy: '', columns, nowNs: TEST_NOW_NS })
}

const ROWS: PointColumns = {
  measurement: 'm',
  series: [[['host', 'a']], []],
  seriesOfRow: Uint32Array.of(0, 1, 0),
  rowCount: 3,
  timestamps: BigInt64Array.of(1n, 2n, 3n),
  fields: [
    { name: 'f', type: 'float', values: Float64Array.of(1.5, 0, 2.5), validity: Uint32Array.of(0b101) },
    { name: 'i', type: 'integer', values: BigInt64Array.of(1n, 0n, 2n ** 60n + 1n), validity: Uint32Array.of(0b101) },
    { name: 's', type: 'string', values: ['', 'x', ''], validity: Uint32Array.of(0b010) },
  ],
}

test('columns with tags by name are stored as points, and survive a crash', async () => {
  expect(await write(ROWS)).toEqual({ writtenCount: 3, rejectedCount: 0, message: null })
  const rows = ['m | time=1 f=1.5 host=a i=1 s=null', 'm | time=2 f=null host=null i=null s=x']
  expect((await db.ask('SELECT * FROM m')).slice(0, 2)).toEqual(rows)
  db = await db.reopen()
  expect(await db.ask('SELECT i FROM m WHERE time = 3')).toEqual(['m | time=3 i=1152921504606846977'])
})

test('rows without any value are passed over', async () => {
  const fields = [
    { name: 'f', type: 'float', values: Float64Array.of(1, 2, 3), validity: Uint32Array.of(0b010) },
  ] as const
  expect(await write({ ...ROWS, fields })).toMatchObject({ writtenCount: 1, message: null })
})

test('a column without any value is no field, and its type is still open', async () => {
  const none = { name: 'none', type: 'integer', values: new BigInt64Array(3), validity: Uint32Array.of(0) } as const
  expect(await write({ ...ROWS, fields: [...ROWS.fields, none] })).toMatchObject({ writtenCount: 3 })
  expect(await db.ask('SHOW FIELD KEYS')).toHaveLength(3)
  await db.write('m none="text" 5')
  expect(await write({ ...ROWS, fields: [none] })).toMatchObject({ writtenCount: 0, message: null })
})

test('series that cannot be stored take only their own rows with them', async () => {
  const outcome = await write({ ...ROWS, series: [[['time', 'a']], []] })
  expect(outcome).toMatchObject({ writtenCount: 1, rejectedCount: 2 })
  expect(outcome.message).toBe(
    'partial write: invalid tag key: input tag "time" on measurement "m" is invalid dropped=2',
  )
})

test('a type that the shard group does not have is refused in the words of a write', async () => {
  await db.write('m f="text" 1')
  const outcome = await write(ROWS)
  expect(outcome).toMatchObject({ writtenCount: 1, rejectedCount: 2 })
  expect(outcome.message).toMatch(/field type conflict: input field "f" on measurement "m" is type float/)
})

test('columns that no point can have are a fault of the caller', async () => {
  const nan = [{ name: 'f', type: 'float', values: Float64Array.of(1, Number.NaN, 2), validity: null }] as const
  await expect(write({ ...ROWS, fields: nan })).rejects.toMatchObject({ code: 'invalid' })
  const time = [{ ...nan[0], name: 'time', values: Float64Array.of(1, 2, 3) }] as const
  await expect(write({ ...ROWS, fields: time })).rejects.toMatchObject({ code: 'invalid' })
})
