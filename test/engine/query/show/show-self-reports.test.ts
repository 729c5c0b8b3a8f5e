import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Diagnostic, Statistic } from '../../../../src/engine/index.js'
import { openTestEngine, type TestEngine } from '../../open-test-engine.js'

let db: TestEngine

beforeEach(async () => {
  db = await openTestEngine()
  db.engine.reports.add({
    statistics: (): Statistic[] => [
      { name: 'own', tags: null, values: { b: 2, a: 1 } },
      { name: 'httpd', tags: { bind: ':1' }, values: { req: 3 } },
      { name: 'write', tags: null, values: { req: 4 } },
    ],
    diagnostics: (): Diagnostic[] => [
      { name: 'system', facts: { PID: 7, uptime: '1s' } },
      { name: 'build', facts: { Version: '1', enabled: true } },
    ],
  })
})

afterEach(() => db.remove())

test('modules come in the order of InfluxDB, those of our own last, and values sorted by name', async () => {
  expect(await db.ask('SHOW STATS')).toEqual(['write | req=4', 'httpd bind=:1 | req=3', 'own | a=1 b=2'])
})

test('reports on one module are put together', async () => {
  db.engine.reports.add({ statistics: () => [{ name: 'write', tags: null, values: { subWriteOk: 5 } }] })
  expect(await db.ask("SHOW STATS FOR 'write'")).toEqual(['write | req=4 subWriteOk=5'])
})

test('diagnostics are sorted by module and keep the order of their facts', async () => {
  expect(await db.ask('SHOW DIAGNOSTICS')).toEqual(['build | Version=1 enabled=true', 'system | PID=7 uptime=1s'])
  expect(await db.ask("SHOW DIAGNOSTICS FOR 'system'")).toEqual(['system | PID=7 uptime=1s'])
})

test('a module that there is not answers nothing', async () => {
  expect(await db.ask("SHOW STATS FOR 'nope'")).toEqual([])
  expect(await db.ask("SHOW DIAGNOSTICS FOR 'nope'")).toEqual([])
})

test('the size of the indexes is told when it is asked for', async () => {
  await db.write('m,t=a v=1 1')
  const [row] = await db.ask("SHOW STATS FOR 'indexes'")
  expect(Number(row.replace('indexes | memoryBytes=', ''))).toBeGreaterThan(100)
})

test('a report that was taken away is not asked any more', async () => {
  const takeAway = db.engine.reports.add({ statistics: () => [{ name: 'gone', tags: null, values: { x: 1 } }] })
  takeAway()
  expect(await db.ask("SHOW STATS FOR 'gone'")).toEqual([])
})
