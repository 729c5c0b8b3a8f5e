import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ParquetOutput } from '../../../src/operations/transfer/parquet-output.js'
import { TableFile, type TableFileOptions } from '../../../src/operations/transfer/table-file.js'
import type { TimeUnit } from '../../../src/operations/transfer/table-mapping.js'
import { MIXED, printRows } from '../../client/point-columns.js'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hyperbyte-table-'))
})

afterAll(() => rmSync(folder, { recursive: true }))

const OPTIONS: Omit<TableFileOptions, 'path' | 'tempDir'> = {
  format: 'csv',
  measurement: 'm',
  dedupColumn: '',
  rowsPerBatch: null,
  wishes: { maps: [], tags: [], timestampColumn: '', timestampUnit: 'auto', isSparse: false },
  memoryBytesMax: 2 ** 27,
}

async function read(name: string, options: Partial<TableFileOptions>, text?: string) {
  const path = join(folder, name)
  if (text !== undefined) writeFileSync(path, text)
  const table = await TableFile.open({ ...OPTIONS, path, tempDir: folder, ...options })
  try {
    const rows: string[] = []
    for await (const part of table.read(new AbortController().signal)) rows.push(...printRows(part))
    return { rows: rows.sort(), missing: await table.missingTimeCount(), unreadable: table.unreadableLines() }
  } finally {
    table.close()
  }
}

const TAGGED = { maps: [], tags: ['host'], timestampColumn: '', timestampUnit: 'auto', isSparse: false } as const

test('a CSV file gives typed rows; empty cells are no values, and empty tags no tags', async () => {
  const text =
    'time,host,v,n,ok,s\n2026-01-01T00:00:00Z,a,1.5,1,true,x\n2026-01-01T00:00:01.123456789Z,,2,,false,"y, z"\n'
  expect((await read('a.csv', { wishes: TAGGED }, text)).rows).toEqual([
    'm host=a n:integer=1 ok:boolean=1 s:string=x v:float=1.5 1767225600000000000',
    'm ok:boolean=0 s:string=y, z v:float=2 1767225601123456789',
  ])
})

test.each(['csv', 'jsonl'] as const)('of %s, texts and times are taken as they stand there', async (format) => {
  const text = {
    csv:
      'time,host,s,n\n2026-01-01T00:00:00.123456789Z,007,2026-01-01T00:00:00Z,1\n' +
      '2026-01-01T00:00:00.9999999Z,1.50,2026-01-02T00:00:00Z,2\n',
    jsonl:
      '{"time":"2026-01-01T00:00:00.123456789Z","host":"007","s":"2026-01-01T00:00:00Z","n":1}\n' +
      '{"time":"2026-01-01T00:00:00.9999999Z","host":"1.50","s":"2026-01-02T00:00:00Z","n":2}\n',
  }[format]
  const wishes = { ...TAGGED, maps: ['s=field:s:string'] }
  expect((await read(`texts.${format}`, { format, wishes }, text)).rows).toEqual([
    'm host=007 n:integer=1 s:string=2026-01-01T00:00:00Z 1767225600123456789',
    'm host=1.50 n:integer=2 s:string=2026-01-02T00:00:00Z 1767225600999999900',
  ])
})

test('values that are not of the type that was asked for are counted', async () => {
  const path = join(folder, 'lost.csv')
  writeFileSync(path, 'time,n,m\n2026-01-01,1,1\n2026-01-02,two,2\n2026-01-03,,3\n')
  const wishes = { ...OPTIONS.wishes, maps: ['n=field:n:integer', 'm=field:m:float'] }
  const table = await TableFile.open({ ...OPTIONS, path, tempDir: folder, wishes })
  expect(await table.lostValues()).toEqual([{ name: 'n', type: 'integer', count: 1 }])
  table.close()
})

test.each([
  ['csv', 'time,V,v\n1700000000,1,2\n'],
  ['jsonl', '{"time":1700000000,"V":1}\n{"time":1700000001,"v":2}\n'],
] as const)(
  'of %s, a column that differs from another in case only gets no other name unasked',
  async (format, text) => {
    await expect(read(`case.${format}`, { format }, text)).rejects.toThrow('--map v_1=field:v')
    const wishes = { ...OPTIONS.wishes, maps: ['v_1=field:v'] }
    expect((await read(`case.${format}`, { format, wishes }, text)).rows.join()).toContain(' v:integer=2')
  },
)

test('a column may be called as one that was renamed', async () => {
  expect((await read('suffix.csv', {}, 'time,v,v_1\n1700000000,1,2\n')).rows).toEqual([
    'm v:integer=1 v_1:integer=2 1700000000000000000',
  ])
  const lines = '{"time":1700000000,"v":1,"v_1":2}\n'
  expect((await read('suffix.jsonl', { format: 'jsonl' }, lines)).rows).toHaveLength(1)
  const fields = ['v', 'v_1'].map((name) => ({ name, type: 'float' }) as const)
  const output = await ParquetOutput.open({
    path: join(folder, 'suffix.parquet'),
    tempDir: folder,
    tagKeys: [],
    fields,
  })
  await output.finish()
  expect((await read('suffix.parquet', { format: 'parquet' })).rows).toEqual([])
})

test('a Parquet file is not written with other names than were asked for', async () => {
  const fields = [{ name: 'Host', type: 'float' }] as const
  const output = await ParquetOutput.open({
    path: join(folder, 'x.parquet'),
    tempDir: folder,
    tagKeys: ['host'],
    fields,
  })
  await expect(output.finish()).rejects.toThrow('"host" and "Host" differ in case only')
  await output.abandon()
})

test('of CSV, an empty text is not no value, unless numbers are quoted as well and missing', async () => {
  const text = (rows: string) => `time,s,v\n${rows}`
  expect((await read('empty.csv', {}, text('1700000000,"",1\n1700000001,,2\n'))).rows).toEqual([
    'm s:string= v:integer=1 1700000000000000000',
    'm v:integer=2 1700000001000000000',
  ])
  expect((await read('quoted.csv', {}, text('"1700000000","x",""\n"1700000001","","2"\n'))).rows).toEqual([
    'm s:string=x 1700000000000000000',
    'm v:integer=2 1700000001000000000',
  ])
})

test('a heading is one also where all columns are texts', async () => {
  const wishes = { ...TAGGED, maps: ['s=field:s:string'] }
  const { rows } = await read('words.csv', { wishes }, 'time,host,s\n2026-01-01,007,01\n')
  expect(rows).toEqual(['m host=007 s:string=01 1767225600000000000'])
})

test('a day before its month is read as DuckDB guesses it', async () => {
  const { rows } = await read('days.csv', {}, 'time,v\n31/12/2025,1\n01/01/2026,2\n')
  expect(rows).toEqual(['m v:integer=1 1767139200000000000', 'm v:integer=2 1767225600000000000'])
})

test('rows without a time and lines that are no rows are told', async () => {
  const text = 'time,v\n2026-01-01T00:00:00Z,1\n,2\n2026-01-01T00:00:02Z,3,4,5\n'
  const { rows, missing, unreadable } = await read('b.csv', {}, text)
  expect(rows).toHaveLength(1)
  expect(missing).toBe(1)
  expect(unreadable).toMatchObject([{ line: '2026-01-01T00:00:02Z,3,4,5' }])
})

test.each([
  ['seconds', 1_700_000_000],
  ['milliseconds', 1_700_000_000_000],
  ['microseconds', 1_700_000_000_000_000],
])('a time in %s is told by its size', async (_, time) => {
  const { rows } = await read('c.jsonl', { format: 'jsonl' }, `{"time":${time},"v":1.5}\n`)
  expect(rows).toEqual(['m v:float=1.5 1700000000000000000'])
})

test('of rows of one series and time the one with the greatest value is kept', async () => {
  const text = 'time,host,v,version\n1700000000,a,1.5,1\n1700000000,a,2.5,2\n1700000000,b,3.5,1\n'
  const wishes = { ...TAGGED, maps: ['version=skip'] }
  const { rows } = await read('d.csv', { wishes, dedupColumn: 'version' }, text)
  expect(rows).toEqual(['m host=a v:float=2.5 1700000000000000000', 'm host=b v:float=3.5 1700000000000000000'])
})

test('of rows that are equal there too the last one is kept', async () => {
  const text = 'time,host,v,version\n1700000000,a,1.5,1\n1700000000,a,2.5,1\n1700000000,a,0.5,\n'
  const wishes = { ...TAGGED, maps: ['version=skip'] }
  const { rows } = await read('tie.csv', { wishes, dedupColumn: 'version' }, text)
  expect(rows).toEqual(['m host=a v:float=2.5 1700000000000000000'])
})

test('rows come in the order of the file', async () => {
  const path = join(folder, 'ordered.parquet')
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run(
    `COPY (SELECT 1700000000 + i AS time, 'h' || (i % 7) AS host, i AS v FROM range(100000) AS r(i)) ` +
      `TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE 4096)`,
  )
  instance.closeSync()
  const wishes = TAGGED
  const table = await TableFile.open({
    path,
    format: 'parquet',
    measurement: 'm',
    dedupColumn: '',
    rowsPerBatch: null,
    wishes,
    memoryBytesMax: 2 ** 27,
    tempDir: folder,
  })
  let rowCount = 0
  for await (const { timestamps, rowCount: count, series, seriesOfRow, fields } of table.read(
    new AbortController().signal,
  )) {
    for (let row = 0; row < count; row++, rowCount++) {
      if (timestamps[row] !== (1_700_000_000n + BigInt(rowCount)) * 1_000_000_000n)
        expect(timestamps[row]).toBe(rowCount)
      const [[, host]] = series[seriesOfRow?.[row] ?? 0]
      if (host !== `h${rowCount % 7}`) expect(host).toBe(`h${rowCount % 7}`)
      if (fields[0].values[row] !== BigInt(rowCount)) expect(fields[0].values[row]).toBe(rowCount)
    }
  }
  table.close()
  expect(rowCount).toBe(100_000)
})

test('a Parquet file of ours reads back as it was', async () => {
  const path = join(folder, 'e.parquet')
  const fields = MIXED.fields.map(({ name, type }) => ({ name, type }))
  const output = await ParquetOutput.open({ path, tempDir: folder, tagKeys: ['host', 'ünit'], fields })
  // DuckDB keeps its last nanoseconds for infinity.
  const timestamps = BigInt64Array.of(-5n, 1_700_000_000_123_456_789n, 9_000_000_000_000_000_000n)
  await output.write({ ...MIXED, timestamps })
  await output.finish()
  const { rows } = await read('e.parquet', {
    format: 'parquet',
    measurement: MIXED.measurement,
    wishes: { ...TAGGED, tags: ['host', 'ünit'] },
  })
  expect(rows).toEqual(printRows({ ...MIXED, timestamps }).sort())
})

test('a file may touch no other file', async () => {
  const wishes = { ...TAGGED, tags: [] }
  await expect(read('missing.parquet', { format: 'parquet', wishes })).rejects.toThrow(/No files found|cannot|not/i)
})

test.each([
  ['seconds that are milliseconds', '1700000000000', 's'],
  ['a day that no nanoseconds can tell', '9999-12-31', 'auto'],
  ['a number that no nanoseconds can tell', '-9223372036854775808', 'ms'],
])('%s: a row that is refused, not an end', async (_, time, timestampUnit) => {
  const wishes = { maps: [], tags: [], timestampColumn: '', timestampUnit: timestampUnit as TimeUnit, isSparse: false }
  const { rows, missing } = await read('far.csv', { wishes }, `time,v\n${time},1\n`)
  expect({ rows, missing }).toEqual({ rows: [], missing: 1 })
})

test('rows without a time can be had as texts', async () => {
  const path = join(folder, 'texts.csv')
  writeFileSync(path, 'time,v,s\n2026-01-01T00:00:00Z,1,a\nyesterday,2,"b ""c"""\n')
  const table = await TableFile.open({ ...OPTIONS, path, tempDir: folder })
  const texts: string[] = []
  for await (const text of table.missingTimeRows()) texts.push(text)
  table.close()
  expect(texts.map((text) => JSON.parse(text))).toEqual([{ time: 'yesterday', v: 2, s: 'b "c"' }])
})

test('batches are shorter than their columns are many, or as long as was asked for', async () => {
  const fields = Array.from({ length: 200 }, (_, i) => `f${i}`)
  const line = (row: number) => `${1_700_000_000 + row},${fields.map(() => row).join()}`
  writeFileSync(
    join(folder, 'wide.csv'),
    `time,${fields.join()}\n${Array.from({ length: 9000 }, (_, row) => line(row)).join('\n')}\n`,
  )
  const lengths = async (rowsPerBatch: number | null) => {
    const table = await TableFile.open({ ...OPTIONS, path: join(folder, 'wide.csv'), tempDir: folder, rowsPerBatch })
    const counts: number[] = []
    for await (const { rowCount } of table.read(new AbortController().signal)) counts.push(rowCount)
    table.close()
    return counts
  }
  expect(Math.max(...(await lengths(null)))).toBeLessThanOrEqual(2 ** 20 / 200)
  const asked = await lengths(2048)
  expect(Math.max(...asked)).toBeLessThanOrEqual(2048)
  expect(asked.reduce((sum, count) => sum + count, 0)).toBe(9000)
})

test('a column to choose by that is not there is named', async () => {
  await expect(read('b.csv', { dedupColumn: 'nope' }, 'time,v\n1,1\n')).rejects.toThrow(
    'there is no column nope (there are time, v)',
  )
})
