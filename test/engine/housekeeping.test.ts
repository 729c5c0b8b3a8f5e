import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openTestEngine, TEST_NOW_NS, type TestEngine } from './open-test-engine.js'

const DAY_NS = 86_400_000_000_000n
let opened: TestEngine
let nowNs: bigint
let nowMs: number

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  nowNs = TEST_NOW_NS
  nowMs = 0
  opened = await openTestEngine({ nowNs: () => nowNs, monotonicMs: () => nowMs })
  await opened.ask('CREATE RETENTION POLICY p ON db DURATION 1d REPLICATION 1 SHARD DURATION 1h', '')
  await opened.write(`m v=1 ${TEST_NOW_NS}`, 'db', 'p')
  await opened.engine.flush()
})

afterEach(async () => {
  vi.useRealTimers()
  await opened.remove()
})

async function passDays(): Promise<void> {
  nowNs += 3n * DAY_NS
  nowMs += 3 * 86_400_000
  vi.advanceTimersByTime(2000)
  await opened.engine.compact()
}

test('what a policy no longer keeps is dropped', async () => {
  await passDays()
  await vi.waitUntil(() => opened.engine.stats().parquetFileCount === 0, { timeout: 60_000 })
})

test('without housekeeping everything stays', async () => {
  opened = await opened.reopen({ hasHousekeeping: false })
  await passDays()
  expect(await opened.ask('SELECT v FROM p.m')).toHaveLength(1)
})
