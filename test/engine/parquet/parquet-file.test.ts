/** Files are read back with hyparquet, which shares nothing with what wrote them. */

import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { afterEach, expect, test } from 'vitest'
import { seriesIdOf } from '../../../src/engine/metadata/series-id.js'
import { encodeName, filePath } from '../../../src/engine/parquet/file-path.js'
import { nameColumns } from '../../../src/engine/parquet/name-columns.js'
import { openTestEngine, type TestEngine } from '../open-test-engine.js'

let opened: TestEngine | null = null

afterEach(async () => {
  await opened?.remove()
  opened = null
})

test('a flushed file has every point, sorted by series and time, and says which column is what', async () => {
  const db = await openTestEngine()
  opened = db
  const lines = [
    'cpu,host=b,dc=x load=1.5,up=true,note="a\\"b",n=-3i,big=18446744073709551615u 1700000000000000001',
    'cpu,host=a load=2.5 1700000000000000003',
    'cpu,host=a load=0.5,host="field" 1700000000000000002',
    'cpu,host=a Load=7i,time2="é" 1699999999999999999',
  ]
  await db.write(lines.join('\n'))
  await db.engine.flush()

  const root = path.join(db.dataDir, 'data')
  const names = (await readdir(root, { recursive: true })).filter((name) => name.endsWith('.parquet'))
  expect(names).toEqual(['db/autogen/cpu/2023-11-13/00_00000001.parquet'])
  const bytes = await readFile(path.join(root, names[0]))
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer

  const metadata = parquetMetadata(file)
  const described = metadata.key_value_metadata?.find(({ key }) => key === 'hyperbyte')
  const { columns } = JSON.parse(described?.value ?? '{}') as {
    columns: { kind: string; name: string; column: string }[]
  }
  const columnOf = (kind: string, name: string) => columns.find((c) => c.kind === kind && c.name === name)?.column
  expect(columnOf('tag', 'host')).toBe('host')
  expect(columnOf('field', 'host')).toBe('host~2')
  expect([columnOf('field', 'load'), columnOf('field', 'Load')].sort()).toEqual(['Load~2', 'load'])

  const rows = await parquetReadObjects({ file, compressors })
  const a = seriesIdOf(Buffer.from('cpu,host=a'))
  const b = seriesIdOf(Buffer.from('cpu,dc=x,host=b'))
  const expectedIds = a < b ? [a, a, a, b] : [b, a, a, a]
  expect(rows.map((row) => BigInt.asUintN(64, row['_series'] as bigint))).toEqual(expectedIds)
  const rowB = rows[a < b ? 3 : 0]
  expect(rowB).toMatchObject({ host: 'b', dc: 'x', load: 1.5, up: true, note: 'a"b', n: -3n })
  expect(rows.filter((row) => row['host'] === 'a').map((row) => row['host~2'])).toEqual([null, 'field', null])
})

test('no name leaves its directory, and names that differ only in punctuation or case stay apart', () => {
  for (const name of ['..', '.', '', '/', 'a/b', 'a\0b', 'CON', 'x'.repeat(1000), 'é'.repeat(300)]) {
    const encoded = encodeName(name)
    expect(encoded).toMatch(/^[A-Za-z0-9_%~-]+$/)
    expect(encoded.length).toBeLessThanOrEqual(200)
  }
  expect(new Set(['a.b', 'a-b', 'a_b', 'a/b', 'a%2Fb'].map(encodeName)).size).toBe(5)
  expect(encodeName('x'.repeat(300))).not.toBe(encodeName('x'.repeat(301)))
  const table = { database: 'd', retentionPolicy: 'p', measurement: 'm' }
  expect(filePath(table, -9_223_372_800_000_000_000n, 255)).toMatch(/^d\/p\/m\/1677-09-\d\d\/\d\d_000000ff\.parquet$/)
})

test('columns never collide, not even for a database that ignores case', () => {
  const fields = ['time', 'TIME', '_series', 'Host', 'host~2', 'a\0b'].map((name) => ({ name, type: 'float' as const }))
  const columns = nameColumns(['host', 'time'], fields).map(({ column }) => column.toLowerCase())
  expect(new Set([...columns, 'time', '_series']).size).toBe(columns.length + 2)
  expect(columns.join()).not.toContain('\0')
})
