import { afterEach, beforeEach, expect, test } from 'vitest'
import { openTestEngine, type TestEngine } from './open-test-engine.js'

let db: TestEngine

beforeEach(async () => {
  db = await openTestEngine()
})

afterEach(() => db.remove())

const LINES = ['cpu,host=a v=1,n=9007199254740993i,s="q",b=true 1', 'cpu,host=b v=2.5 2', 'mem,host=a used=5i 1'].join(
  '\n',
)

test('without GROUP BY tags become fields, and every type arrives as it was', async () => {
  await db.write(LINES)
  expect(await db.ask('SELECT * INTO copy FROM cpu')).toEqual(['result | time=0 written=2'])
  expect(await db.ask('SELECT * FROM copy')).toEqual([
    'copy | time=1 b=true host=a n=9007199254740993 s=q v=1',
    'copy | time=2 b=null host=b n=null s=null v=2.5',
  ])
  expect(await db.ask('SHOW SERIES FROM copy')).toEqual([' | key=copy'])
})

test('GROUP BY * keeps tags, and :MEASUREMENT keeps the names of the sources', async () => {
  await db.write(LINES)
  await db.ask('CREATE DATABASE other')
  expect(await db.ask('SELECT * INTO other.autogen.:MEASUREMENT FROM /.*/ GROUP BY *')).toEqual([
    'result | time=0 written=3',
  ])
  expect(await db.ask('SHOW SERIES', 'other')).toEqual([' | key=cpu,host=a', ' | key=cpu,host=b', ' | key=mem,host=a'])
})

test('what was stored survives a crash right after the answer', async () => {
  await db.write(LINES)
  await db.ask('SELECT sum(v) INTO total FROM cpu')
  db = await db.reopen()
  expect(await db.ask('SELECT sum FROM total')).toEqual(['total | time=0 sum=3.5'])
})

test('buckets without a value and rows of tags alone make no points', async () => {
  await db.write('cpu,host=a v=1 1\ncpu,host=a v=3 180000000000')
  const buckets = 'SELECT mean(v) INTO means FROM cpu WHERE time >= 0 AND time < 5m GROUP BY time(1m)'
  expect(await db.ask(buckets)).toEqual(['result | time=0 written=2'])
  expect(await db.ask('SELECT host INTO hosts FROM cpu')).toEqual(['result | time=0 written=0'])
})

test('of columns with one name the last counts, its gaps too', async () => {
  await db.write('cpu v=1,n=1i 1\ncpu v=2 2')
  expect(await db.ask('SELECT v AS a, n AS a INTO dup FROM cpu')).toEqual(['result | time=0 written=1'])
  expect(await db.ask('SELECT a FROM dup')).toEqual(['dup | time=1 a=1'])
})

test('a type that does not fit is told as a write would be told', async () => {
  await db.write(LINES)
  await expect(db.ask('SELECT v AS used INTO mem FROM cpu')).rejects.toThrow(
    'partial write: field type conflict: input field "used" on measurement "mem" is type float, ' +
      'already exists as type integer dropped=2',
  )
})

test('a missing database is refused at once, a missing policy when there is something to write', async () => {
  await db.write(LINES)
  await expect(db.ask('SELECT v INTO missing..m FROM nothing')).rejects.toThrow('database not found: missing')
  await expect(db.ask('SELECT v INTO db.missing.m FROM cpu')).rejects.toThrow('retention policy not found: missing')
  expect(await db.ask('SELECT v INTO db.missing.m FROM nothing')).toEqual(['result | time=0 written=0'])
})

test('a field called time is refused', async () => {
  await db.write(LINES)
  await expect(db.ask('SELECT v AS "time" INTO m FROM cpu')).rejects.toThrow(
    'invalid field name: input field "time" on measurement "m" is invalid dropped=2',
  )
})

test('a measurement can be written onto itself, in more rows than one batch', async () => {
  const count = 25_000
  await db.write(Array.from({ length: count }, (_, i) => `m,host=h${i % 3} v=${i}i ${i + 1}`).join('\n'))
  const text = 'SELECT v, v * 2 AS w INTO m FROM m GROUP BY *'
  expect(await db.ask(text)).toEqual([`result | time=0 written=${count}`])
  expect(await db.ask('SELECT count(v) AS v, sum(w) AS w FROM m')).toEqual([
    `m | time=0 v=${count} w=${count * (count - 1)}`,
  ])
})
