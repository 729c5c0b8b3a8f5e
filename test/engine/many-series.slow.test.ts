import { afterEach, expect, test } from 'vitest'
import { openTestEngine, type TestEngine } from './open-test-engine.js'

const SERIES = 200_000
const SLICE = 50_000

let opened: TestEngine | null = null

afterEach(async () => {
  await opened?.remove()
  opened = null
})

test('many series are flushed, deleted and forgotten', { timeout: 300_000 }, async () => {
  let db = (opened = await openTestEngine())
  for (let from = 0; from < SERIES; from += SLICE) {
    const lines = Array.from(
      { length: SLICE },
      (_, i) => `m,host=h${from + i},dc=d${i % 10} v=1 1\nm,host=h${from + i},dc=d${i % 10} v=2 2`,
    )
    await db.write(lines.join('\n'))
  }
  const count = async (): Promise<string> => (await db.ask('SELECT count(v) FROM m'))[0] ?? ''
  const series = async (): Promise<string> => (await db.ask('SHOW SERIES EXACT CARDINALITY'))[0] ?? ''
  await db.ask("DELETE FROM m WHERE dc = 'd1'")
  expect(await count()).toBe(`m | time=0 count=${(SERIES * 2 * 9) / 10}`)
  await db.engine.flush()
  await db.ask("DELETE FROM m WHERE dc = 'd2'")
  await db.ask("DELETE FROM m WHERE host = 'h3'")
  await db.ask("DELETE FROM m WHERE dc = 'd4' AND time < 2")
  const left = (SERIES * 2 * 8) / 10 - 2 - SERIES / 10
  expect(await count()).toBe(`m | time=0 count=${left}`)
  expect(await series()).toBe(`m | count=${(SERIES * 8) / 10 - 1}`)
  await db.engine.compact()
  opened = db = await db.reopen()
  expect(await count()).toBe(`m | time=0 count=${left}`)
  expect(await series()).toBe(`m | count=${(SERIES * 8) / 10 - 1}`)
})
