import { expect, test } from 'vitest'
import { Interruption } from '../../src/operations/interruption.js'
import { RateLimiter, sleepUnlessAborted } from '../../src/operations/rate-limiter.js'

const NEVER = new AbortController().signal

function simulate(perSecond: number) {
  const clock = { ms: 0 }
  const limiter = new RateLimiter(perSecond, {
    nowMs: () => clock.ms,
    sleep: async (ms) => {
      clock.ms += ms
    },
  })
  return { clock, limiter }
}

test('a limit is kept whatever the portions are', async () => {
  const { clock, limiter } = simulate(1000)
  for (let i = 0; i < 100; i++) await limiter.take(i % 2 === 0 ? 10 : 90, NEVER)
  // All but the last portion, which was not waited for, are paid.
  expect(clock.ms).toBeCloseTo(5000 - 90, 0)
})

test('a pause earns no credit', async () => {
  const { clock, limiter } = simulate(1000)
  await limiter.take(100, NEVER)
  clock.ms = 60_000
  await limiter.take(100, NEVER)
  await limiter.take(100, NEVER)
  expect(clock.ms).toBe(60_100)
})

test('waiting ends with the reason of the signal', async () => {
  const controller = new AbortController()
  const waiting = sleepUnlessAborted(60_000, controller.signal)
  controller.abort(new Interruption('SIGINT'))
  await expect(waiting).rejects.toBeInstanceOf(Interruption)
  await expect(new RateLimiter(1).take(1, controller.signal)).rejects.toBeInstanceOf(Interruption)
})
