import { afterEach, expect, test } from 'vitest'
import { openTestEngine, type TestEngine } from './open-test-engine.js'

let opened: TestEngine | null = null

afterEach(async () => {
  await opened?.remove()
  opened = null
})

async function openWith(lines: string): Promise<TestEngine> {
  opened = await openTestEngine()
  await opened.write(lines)
  return opened
}

const LINES = ['m,h=a v=1 1', 'm,h=a v=2 2', 'm,h=b v=3 1', 'm,h=b v=4 2'].join('\n')

test('a delete is seen by the very next query, and what is written later is not hidden', async () => {
  const db = await openWith(LINES)
  await db.ask("DELETE FROM m WHERE h = 'a'")
  expect(await db.ask('SELECT v FROM m')).toEqual(['m | time=1 v=3', 'm | time=2 v=4'])
  await db.write('m,h=a v=5 1')
  expect(await db.ask("SELECT v FROM m WHERE h = 'a'")).toEqual(['m | time=1 v=5'])
  await db.engine.flush()
  expect(await db.ask("SELECT v FROM m WHERE h = 'a'")).toEqual(['m | time=1 v=5'])
})

test('a deleted value brings no older value of its point back, whatever flushes and merges do', async () => {
  const db = await openWith('m,h=a v=1 1\nm,h=b v=1 1')
  await db.engine.flush()
  await db.write('m,h=a v=2 1')
  await db.engine.flush()
  await db.ask("DELETE FROM m WHERE h = 'a'")
  expect(await db.ask('SELECT v, h FROM m')).toEqual(['m | time=1 v=1 h=b'])
  await db.engine.compact()
  expect(await db.ask('SELECT v, h FROM m')).toEqual(['m | time=1 v=1 h=b'])
  expect(db.engine.stats().parquetFileCount).toBe(1)
})

test('a delete that covers a whole file removes it at once', async () => {
  const db = await openWith(LINES)
  await db.engine.flush()
  expect(db.engine.stats().parquetFileCount).toBe(1)
  await db.ask('DELETE FROM m WHERE time <= 2')
  expect(db.engine.stats().parquetFileCount).toBe(0)
  expect(await db.ask('SHOW SERIES')).toEqual([])
})

test('a merge writes what is left, and nothing stays hidden after it', async () => {
  let db = await openWith(LINES)
  await db.engine.flush()
  await db.ask("DELETE FROM m WHERE h = 'a' AND time = 1")
  await db.engine.compact()
  expect(await db.ask('SELECT count(v) FROM m')).toEqual(['m | time=0 count=3'])
  opened = db = await db.reopen()
  await db.write('m,h=a v=9 1')
  await db.engine.compact()
  expect(await db.ask("SELECT v FROM m WHERE h = 'a'")).toEqual(['m | time=1 v=9', 'm | time=2 v=2'])
})

test('a delete survives being opened anew, before and after a flush', async () => {
  let db = await openWith(LINES)
  await db.engine.flush()
  await db.write('m,h=c v=5 3')
  await db.ask("DELETE FROM m WHERE h != 'b'")
  opened = db = await db.reopen()
  expect(await db.ask('SELECT v FROM m')).toEqual(['m | time=1 v=3', 'm | time=2 v=4'])
  expect(await db.ask('SHOW SERIES')).toEqual([' | key=m,h=b'])
})

test('a delete in the middle of a flush reaches the files that the flush makes', async () => {
  const db = await openWith(LINES)
  const flush = db.engine.flush()
  await new Promise((resolve) => setTimeout(resolve, 5))
  await db.ask("DELETE FROM m WHERE h = 'a'")
  await flush
  expect(await db.ask('SELECT v FROM m')).toEqual(['m | time=1 v=3', 'm | time=2 v=4'])
  const again = (opened = await db.reopen())
  expect(await again.ask('SELECT v FROM m')).toEqual(['m | time=1 v=3', 'm | time=2 v=4'])
})

test('a delete in the middle of a merge reaches the file that the merge makes', async () => {
  const db = await openWith(LINES)
  await db.engine.flush()
  await db.write('m,h=a v=6 3')
  await db.engine.flush()
  const merge = db.engine.compact()
  await new Promise((resolve) => setTimeout(resolve, 5))
  await db.ask("DELETE FROM m WHERE h = 'a' AND time > 1")
  const left = ['m | time=1 v=1', 'm | time=1 v=3', 'm | time=2 v=4']
  expect(await db.ask('SELECT v FROM m')).toEqual(left)
  await merge
  expect(await db.ask('SELECT v FROM m')).toEqual(left)
  const again = (opened = await db.reopen())
  expect(await again.ask('SELECT v FROM m')).toEqual(left)
})

test('a series leaves the index with its last row in any policy', async () => {
  const db = await openWith('m,h=a v=1 1\nm,h=b v=1 1')
  await db.ask('CREATE RETENTION POLICY other ON db DURATION INF REPLICATION 1')
  await db.write('m,h=a v=1 100', 'db', 'other')
  await db.engine.flush()
  await db.ask('DELETE FROM m WHERE time < 50')
  expect(await db.ask('SHOW SERIES FROM other.m')).toEqual([' | key=m,h=a'])
  await db.ask('DROP SERIES FROM m')
  expect(await db.ask('SHOW MEASUREMENTS')).toEqual([])
})

test('field types outlive the rows', async () => {
  const db = await openWith('m v=1 1')
  await db.ask('DELETE FROM m')
  await expect(db.write('m v="text" 1')).rejects.toThrow('already exists as type float')
  await db.ask('DROP MEASUREMENT m')
  await db.write('m v="text" 1')
})

test('fields of a shard without rows are not shown until rows come again', async () => {
  let db = await openWith('m,h=a f=1,g=1 1\nm f=3 700000000000000')
  await db.engine.flush()
  await db.ask('DELETE FROM m WHERE time < 10')
  const onlyF = ['m | fieldKey=f fieldType=float']
  expect(await db.ask('SHOW FIELD KEYS')).toEqual(onlyF)
  opened = db = await db.reopen()
  expect(await db.ask('SHOW FIELD KEYS')).toEqual(onlyF)
  await db.write('m,h=a f=5 2')
  const both = [...onlyF, 'm | fieldKey=g fieldType=float']
  expect(await db.ask('SHOW FIELD KEYS')).toEqual(both)
  opened = db = await db.reopen()
  expect(await db.ask('SHOW FIELD KEYS')).toEqual(both)
})

test('conditions on fields and times in DROP SERIES are refused before anything is touched', async () => {
  const db = await openWith(LINES)
  await expect(db.ask('DELETE FROM m WHERE v > 1')).rejects.toThrow('fields not supported in WHERE clause')
  await expect(db.ask("DELETE WHERE h = 'a' OR v > 1")).rejects.toThrow('fields not supported in WHERE clause')
  await expect(db.ask('DROP SERIES FROM m WHERE time > 1')).rejects.toThrow("DROP SERIES doesn't support time")
  await expect(db.ask('DELETE FROM m', 'nodb')).rejects.toThrow('database not found: nodb')
  expect(await db.ask('SELECT count(v) FROM m')).toEqual(['m | time=0 count=4'])
})

const SHARDS = async (db: TestEngine): Promise<string[]> =>
  (await db.ask('SHOW SHARDS')).map((row) => row.replace(/^db \| |database=db | shard_group.*/g, ''))

test('shards keep their numbers, and a dropped one is gone with rows, types and series', async () => {
  let db = await openWith('m,h=a v=1 1\nm,h=b v=2 700000000000000')
  await db.ask('CREATE RETENTION POLICY other ON db DURATION INF REPLICATION 1 SHARD DURATION 1d')
  await db.write('m,h=a v=3 1', 'db', 'other')
  const all = ['id=1 retention_policy=autogen', 'id=2 retention_policy=autogen', 'id=3 retention_policy=other']
  expect(await SHARDS(db)).toEqual(all)
  opened = db = await db.reopen()
  expect(await SHARDS(db)).toEqual(all)
  await db.ask('DROP SHARD 2')
  await db.ask('DROP SHARD 7')
  expect(await SHARDS(db)).toEqual([all[0], all[2]])
  expect(await db.ask('SHOW SERIES')).toEqual([' | key=m,h=a'])
  expect(await db.ask('SELECT v FROM m')).toEqual(['m | time=1 v=1'])
  await db.write('m,h=c v="text" 700000000000000')
  opened = db = await db.reopen()
  expect(await SHARDS(db)).toEqual([all[0], 'id=4 retention_policy=autogen', all[2]])
  expect(await db.ask("SELECT v::string FROM m WHERE h = 'c'")).toEqual(['m | time=700000000000000 v=text'])
})

test('rows go to the shards that exist when the duration of new ones changes', async () => {
  let db = await openWith('m v=1 1')
  await db.ask('ALTER RETENTION POLICY autogen ON db SHARD DURATION 1h')
  await db.write('m v=2 3600000000001\nm v=3 700000000000000')
  expect(await SHARDS(db)).toHaveLength(2)
  await db.engine.compact()
  expect(db.engine.stats().parquetFileCount).toBe(2)
  opened = db = await db.reopen()
  await db.ask('DROP SHARD 1')
  expect(await db.ask('SELECT v FROM m')).toEqual(['m | time=700000000000000 v=3'])
})

test('a shorter duration lets old shards expire', async () => {
  let nowNs = 1_700_000_000_000_000_000n
  const db = (opened = await openTestEngine({ nowNs: () => nowNs }))
  await db.ask('CREATE RETENTION POLICY days ON db DURATION INF REPLICATION 1 SHARD DURATION 1d')
  await db.write(`m,h=old v=1 ${nowNs - 5n * 86_400_000_000_000n}\nm,h=new v=2 ${nowNs}`, 'db', 'days')
  await db.engine.flush()
  await db.ask('ALTER RETENTION POLICY days ON db DURATION 2d')
  nowNs += 1n
  const again = (opened = await db.reopen({ monotonicMs: () => performance.now() + 3_600_000 }))
  await expect.poll(() => again.ask('SHOW SERIES FROM days.m'), { timeout: 60_000 }).toEqual([' | key=m,h=new'])
  expect(await SHARDS(again)).toHaveLength(1)
})
