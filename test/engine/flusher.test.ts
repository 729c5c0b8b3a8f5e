import { expect, test, vi } from 'vitest'
import { openTestEngine } from './open-test-engine.js'

test('what was frozen behind a flush is flushed after it, though no write comes again', async () => {
  const opened = await openTestEngine({ flushBytesMax: 1 })
  try {
    await Promise.all(['m v=1 1', 'm v=2 2', 'n v=3 3', 'o v=4 4'].map((line) => opened.write(line)))
    await vi.waitUntil(() => opened.engine.stats().memtableRowCount === 0, { timeout: 60_000 })
    expect(await opened.ask('SELECT v FROM m, n, o')).toHaveLength(4)
  } finally {
    await opened.remove()
  }
})
