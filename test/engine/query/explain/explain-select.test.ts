import { afterEach, beforeEach, expect, test } from 'vitest'
import { openTestEngine, type TestEngine } from '../../open-test-engine.js'

let db: TestEngine

beforeEach(async () => {
  db = await openTestEngine()
  await db.write('cpu,host=a v=1,n=1i 1\ncpu,host=b v=2 2\nmem,host=a used=1i 3')
})

afterEach(() => db.remove())

async function explain(select: string): Promise<string[]> {
  return (await db.ask(`EXPLAIN ${select}`)).map((row) => row.replace(' | QUERY PLAN=', ''))
}

test('a select of fields is one reading with its columns as auxiliary fields', async () => {
  expect(await explain('SELECT v, host FROM cpu')).toEqual([
    'EXPRESSION: <nil>',
    'AUXILIARY FIELDS: host::tag, v::float',
    'NUMBER OF SHARDS: 1',
    'NUMBER OF SERIES: 2',
    'CACHED VALUES: 2',
    'NUMBER OF FILES: 0',
    'NUMBER OF BLOCKS: 0',
    'SIZE OF BLOCKS: 0',
  ])
})

test('each function and table is a reading of its own, sorted by expression', async () => {
  const lines = await explain('SELECT mean(v), max(v) FROM cpu')
  expect(lines.filter((line) => line.startsWith('EXPRESSION') || line === '')).toEqual([
    'EXPRESSION: max(v::float)',
    '',
    'EXPRESSION: mean(v::float)',
  ])
})

test('files are counted once rows are in them', async () => {
  await db.engine.flush()
  const lines = await explain('SELECT v FROM cpu')
  expect(lines).toContain('CACHED VALUES: 0')
  expect(lines).toContain('NUMBER OF FILES: 1')
  expect(lines).toContain('NUMBER OF BLOCKS: 1')
  expect(Number(lines.at(-1)?.split(': ')[1])).toBeGreaterThan(100)
})

test('the readings of a subquery stand for the select around it', async () => {
  expect((await explain('SELECT max(m) FROM (SELECT mean(v) AS m FROM cpu GROUP BY host)'))[0]).toBe(
    'EXPRESSION: mean(v::float)',
  )
})

test('nothing to read is one empty line', async () => {
  expect(await explain('SELECT v FROM nothing')).toEqual([''])
})

test('ANALYZE runs the select, tells what it took, and stores nothing of an INTO', async () => {
  const lines = (await db.ask('EXPLAIN ANALYZE SELECT v INTO copy FROM cpu')).map((row) =>
    row.replace(' | EXPLAIN ANALYZE=', ''),
  )
  expect(lines.slice(0, 2)).toEqual(['.', '└── select'])
  expect(lines).toContain('    ├── rows_read: 2')
  expect(lines).toContain('    ├── rows_returned: 2')
  expect(lines).toContain('        │   └── statement: SELECT v INTO db.autogen.copy FROM db.autogen.cpu')
  expect(lines).toContain('                │   ├── measurement: cpu')
  expect(lines.at(-1)).toBe('')
  expect(await db.ask('SELECT * FROM copy')).toEqual([])
})

test('what a select would be refused for, EXPLAIN is refused for', async () => {
  await expect(db.ask('EXPLAIN SELECT v FROM missing..cpu')).rejects.toThrow('database not found: missing')
  await expect(db.ask('EXPLAIN ANALYZE SELECT nope(v) FROM cpu')).rejects.toThrow('undefined function nope()')
})
