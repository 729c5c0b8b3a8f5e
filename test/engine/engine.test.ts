import { readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { openTestEngine, type TestEngine } from './open-test-engine.js'

let opened: TestEngine | null = null

async function openEngineForTest(): Promise<TestEngine> {
  opened = await openTestEngine()
  return opened
}

afterEach(async () => {
  await opened?.remove()
  opened = null
})

const LINES = ['cpu,host=a value=1,count=1i 10', 'cpu,host=b value=2 20', 'cpu,host=a value=3,text="x" 30'].join('\n')
const ALL = [
  'cpu | time=10 count=1 host=a text=null value=1',
  'cpu | time=20 count=null host=b text=null value=2',
  'cpu | time=30 count=null host=a text=x value=3',
]

test('a point is in the next query, and still there after a flush and after a restart', async () => {
  let db = await openEngineForTest()
  await db.write(LINES)
  expect(await db.ask('SELECT * FROM cpu')).toEqual(ALL)
  await db.engine.flush()
  expect(await db.ask('SELECT * FROM cpu')).toEqual(ALL)
  db = opened = await db.reopen()
  expect(await db.ask('SELECT * FROM cpu')).toEqual(ALL)
  expect(await db.ask('SELECT mean(value) FROM cpu GROUP BY host')).toEqual([
    'cpu host=a | time=0 mean=2',
    'cpu host=b | time=0 mean=2',
  ])
})

test('the last write wins field by field across files, memtables and within one', async () => {
  const db = await openEngineForTest()
  await db.write('m,t=x a=1,b=1 100')
  await db.engine.flush()
  await db.write('m,t=x a=2 100')
  await db.engine.flush()
  await db.write('m,t=x c=3 100\nm,t=x c=4 100\nm,t=x a=9 50')
  const expected = ['m | time=50 a=9 b=null c=null t=x', 'm | time=100 a=2 b=1 c=4 t=x']
  expect(await db.ask('SELECT * FROM m')).toEqual(expected)
  await db.engine.flush()
  expect(await db.ask('SELECT * FROM m')).toEqual(expected)
  await db.engine.compact()
  expect(db.engine.stats().parquetFileCount).toBe(1)
  expect(await db.ask('SELECT * FROM m')).toEqual(expected)
})

test('a dropped measurement is gone at once, stays gone after a restart, and can be written again', async () => {
  let db = await openEngineForTest()
  await db.write('m v=1 1')
  await db.engine.flush()
  await db.write('m v=2 2\nother v=1 1')
  await db.ask('DROP MEASUREMENT m')
  expect(await db.ask('SELECT * FROM m')).toEqual([])
  expect(await db.ask('SHOW MEASUREMENTS')).toEqual(['measurements | name=other'])
  await db.write('m v="text" 3')
  db = opened = await db.reopen()
  expect(await db.ask('SELECT * FROM m')).toEqual(['m | time=3 v=text'])
})

test('a dropped database does not come back with a new one of its name', async () => {
  let db = await openEngineForTest()
  await db.write('m v=1 1')
  await db.ask('DROP DATABASE db')
  await db.ask('CREATE DATABASE db')
  expect(await db.ask('SELECT * FROM m')).toEqual([])
  db = opened = await db.reopen()
  expect(await db.ask('SELECT * FROM m')).toEqual([])
})

test('a write on its way while its measurement is dropped is either gone or whole', async () => {
  const db = await openEngineForTest()
  await db.write('m,host=a v=1 1')
  const drop = db.ask('DROP MEASUREMENT m')
  await Promise.all([drop, db.write('m,host=b v=2 2'), db.write('m,host=c v=3i 3').catch(() => {})])
  await db.write('m,host=d v=4 4')
  const rows = await db.ask('SELECT v FROM m')
  expect(rows).toContain('m | time=4 v=4')
  expect(rows).not.toContain('m | time=1 v=1')
  const counted = await db.ask('SELECT count(v) FROM m')
  expect(counted).toEqual([`m | time=0 count=${rows.length}`])
})

test('a policy dropped under a write neither keeps its rows nor stops later flushes', async () => {
  let db = await openEngineForTest()
  await db.ask('CREATE RETENTION POLICY p ON db DURATION 1000w REPLICATION 1')
  const drop = db.ask('DROP RETENTION POLICY p ON db')
  await Promise.all([drop, db.write('m v=1 1700000000000000000', 'db', 'p').catch(() => {})])
  await db.write('m v=2 2')
  await db.engine.flush()
  expect(await db.ask('SELECT v FROM m')).toEqual(['m | time=2 v=2'])
  db = opened = await db.reopen()
  expect(await db.ask('SELECT v FROM m')).toEqual(['m | time=2 v=2'])
})

test('a damaged Parquet file is named and never answers wrongly', async () => {
  let db = await openEngineForTest()
  await db.write('m v=1 1\nm v=2 2')
  await db.engine.flush()
  const root = path.join(db.dataDir, 'data')
  const [name] = (await readdir(root, { recursive: true })).filter((file) => file.endsWith('.parquet'))
  const bytes = await readFile(path.join(root, name))
  bytes[bytes.length >> 1] ^= 1
  await writeFile(path.join(root, name), bytes)
  db = opened = await db.reopen()
  await expect(db.ask('SELECT v FROM m')).rejects.toThrow(`${name} is damaged`)
  await expect(db.ask('SELECT sum(v) FROM m')).rejects.toThrow(`${name} is damaged`)
})

test('hostile names are stored, found again and stay apart', async () => {
  let db = await openEngineForTest()
  const names = [
    '..',
    '.',
    'a/b',
    'a%2Fb',
    'CON',
    'M',
    'm',
    'é',
    'e\u0301',
    'x'.repeat(400),
    '"; DROP TABLE t0; --',
    "it's",
    '\u0001',
  ]
  const escapeName = (name: string): string => name.replace(/[, =]/g, (c) => `\\${c}`)
  const lines = names.map(
    (name, i) => `${escapeName(name)},${escapeName(name)}=t${i} ${escapeName(name)}=${i}i,Host=1,host=2 ${i + 1}`,
  )
  await db.write(lines.join('\n'))
  const expectAll = async (): Promise<void> => {
    for (const [i, name] of names.entries()) {
      const quoted = `"${name.replace(/["\\]/g, '\\$&')}"`
      const [row, ...others] = await db.ask(`SELECT ${quoted}::field, "Host", "host" FROM ${quoted}`)
      expect(others).toEqual([])
      expect(row.slice(row.lastIndexOf(' | '))).toContain(`=${i} Host=1 host=2`)
    }
  }
  await expectAll()
  await db.engine.flush()
  await expectAll()
  db = opened = await db.reopen()
  await expectAll()
  expect((await db.ask('SHOW MEASUREMENTS')).length).toBe(names.length)
})

test('arithmetic in conditions follows integers, and a missing boolean counts as false only in a subquery', async () => {
  const db = await openEngineForTest()
  await db.write('m i=3i,f=1.5,b=true 1\nm i=4i,f=2 2\nm i=-3i 3')
  const times = async (text: string): Promise<number[]> =>
    (await db.ask(text)).map((row) => Number(/time=(\d+)/.exec(row)?.[1]))
  // Answers of influxd 1.6.7.
  for (const source of ['m', '(SELECT i, f, b FROM m)']) {
    expect(await times(`SELECT i FROM ${source} WHERE i / 2 = 1`)).toEqual([1])
    expect(await times(`SELECT i FROM ${source} WHERE i / 2 = 1.5`)).toEqual([])
    expect(await times(`SELECT i FROM ${source} WHERE (i & 1) = 1`)).toEqual([1, 3])
    expect(await times(`SELECT i FROM ${source} WHERE f * i > 4`)).toEqual([1, 2])
  }
  expect(await times('SELECT i, b FROM m WHERE b = false')).toEqual([])
  expect(await times('SELECT i FROM (SELECT i, b FROM m) WHERE b = false')).toEqual([2, 3])
})
