import { expect, test } from 'vitest'
import { parseQuietHours, quietMs } from '../../../src/operations/backfill/quiet-hours.js'
import { SourceGuard, type SourceGuardOptions } from '../../../src/operations/backfill/source-guard.js'

const NEVER = new AbortController().signal

function simulate(options: Partial<SourceGuardOptions>) {
  const state = { ms: 0, latencyMs: 20, probes: 0, waits: [] as string[] }
  const guard = new SourceGuard({
    probe: async () => {
      state.ms += state.latencyMs
      state.probes++
    },
    loadMax: 2,
    quietHours: null,
    clock: {
      nowMs: () => state.ms,
      sleep: async (ms) => {
        state.ms += ms
        if (state.ms > 20_000) state.latencyMs = 20
      },
    },
    nowDate: () => new Date(2026, 0, 1, 17, 0, 0, state.ms),
    onWait: (reason) => state.waits.push(reason),
    ...options,
  })
  return { state, guard }
}

test('a source that answers as at the start is read without waiting', async () => {
  const { state, guard } = simulate({})
  for (let i = 0; i < 10; i++) {
    await guard.pass(NEVER)
    state.ms += 500
  }
  expect(state.waits).toEqual([])
  expect(guard.waitedMs).toBe(0)
})

test('a source that became slow is waited for', async () => {
  const { state, guard } = simulate({})
  await guard.pass(NEVER)
  state.latencyMs = 200
  state.ms += 5000
  await guard.pass(NEVER)
  expect(state.waits).toEqual(['the source answers in 200 ms, waiting'])
  expect(guard.waitedMs).toBeGreaterThan(10_000)
})

test('one slow answer is chance', async () => {
  const { state, guard } = simulate({
    probe: async () => {
      state.probes++
      state.ms += state.probes === 6 ? 900 : 20
    },
  })
  for (let i = 0; i < 10; i++) {
    await guard.pass(NEVER)
    state.ms += 2000
  }
  expect(state.waits).toEqual([])
})

test('reading goes on soon after the source has recovered', async () => {
  const { state, guard } = simulate({})
  await guard.pass(NEVER)
  state.latencyMs = 200
  state.ms += 5000
  await guard.pass(NEVER)
  expect(state.ms).toBeLessThan(20_000 + 4000)
})

test('0 asks the source nothing', async () => {
  const { state, guard } = simulate({ loadMax: 0 })
  await guard.pass(NEVER)
  expect(state.probes).toBe(0)
})

test('nothing is read in quiet hours', async () => {
  const { state, guard } = simulate({ loadMax: 0, quietHours: parseQuietHours('08:00-18:00') })
  await guard.pass(NEVER)
  expect(state.waits).toEqual(['quiet hours: waiting until 18:00'])
  expect(state.ms).toBe(3_600_000)
})

test('quiet hours may pass midnight', () => {
  const night = parseQuietHours('22:00-06:00')!
  expect(quietMs(night, new Date(2026, 0, 1, 23, 0))).toBe(7 * 3_600_000)
  expect(quietMs(night, new Date(2026, 0, 1, 5, 59, 30))).toBe(30_000)
  expect(quietMs(night, new Date(2026, 0, 1, 6, 0))).toBe(0)
})

test.each(['8-18', '08:00', '25:00-26:00', '08:61-09:00', '08:00-08:00'])('%s is no span of hours', (text) => {
  expect(parseQuietHours(text)).toBeNull()
})
