import { randomBytes } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { openTestEngine, type TestEngine } from './open-test-engine.js'

const TOTAL_BYTES = 112 * 2 ** 20
const REQUEST_BYTES = 8 * 2 ** 20

let opened: TestEngine | null = null

afterEach(async () => {
  await opened?.remove()
  opened = null
})

/** What a machine of 2 GiB gives; what is written is much beside it. */
const SMALL = { flushBytesMax: 2 ** 26, memoryBytesMax: 2 ** 28, duckdbMemoryBytesMax: 2 ** 29 }

test.each([1_000, 60_000, 1_000_000])(
  'texts of %i bytes are written, flushed and merged',
  {
    timeout: 300_000,
  },
  async (length) => {
    const faults: string[] = []
    const log = { info: () => {}, warn: () => {}, error: (text: string) => void faults.push(text) }
    const db = (opened = await openTestEngine({ ...SMALL, log }))
    const perRequest = Math.floor(REQUEST_BYTES / length)
    const count = Math.floor(TOTAL_BYTES / length)
    for (let from = 0; from < count; from += perRequest) {
      const lines = Array.from({ length: Math.min(perRequest, count - from) }, (_, i) => {
        const text = randomBytes((length * 3) / 4).toString('base64')
        return `m,host=h${(from + i) % 7} s="${text}",n=${from + i}i ${from + i}`
      })
      await db.write(lines.join('\n'))
    }
    await db.engine.flush()
    const asked = async () => await db.ask('SELECT count(s), sum(n), max(n) FROM m')
    const rows = await asked()
    expect(rows).toEqual([`m | time=0 count=${count} sum=${(count * (count - 1)) / 2} max=${count - 1}`])
    await db.engine.compact()
    expect(await asked()).toEqual(rows)
    const [last] = await db.ask(`SELECT s FROM m WHERE time = ${count - 1}`)
    expect(last?.length).toBeGreaterThan(length)
    expect(faults).toEqual([])
  },
)
