import { expect, test } from 'vitest'
import { openTestEngine } from './open-test-engine.js'

test('queries in SQL go on while writes bring fields that were not there', async () => {
  const { ask, write, remove } = await openTestEngine({ narrowRowCountMax: 0, durability: 'os_default' })
  try {
    for (let i = 0; i < 10; i++) {
      await write(`m${i} a=1 1`)
      const reading = ask(`SELECT * FROM m${i}`)
      const writing = write(`m${i} a=2,b=2 2\nm${i} c="x" 3`)
      expect((await reading)[0]).toMatch(/^m\d \| time=1 a=1/)
      await writing
      expect(await ask(`SELECT count(*) FROM m${i}`)).toEqual([`m${i} | time=0 count_a=2 count_b=1 count_c=1`])
    }
  } finally {
    await remove()
  }
})
