import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startContinuousQueryService } from '../../../src/daemon/services/continuous-query-service.js'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

function recorded(run: (signal: AbortSignal) => Promise<void>) {
  const times: bigint[] = []
  const errors: string[] = []
  const service = startContinuousQueryService({
    runner: {
      list: () => [],
      runDue: (nowNs, signal) => {
        times.push(nowNs)
        return run(signal)
      },
    },
    intervalMs: 1000,
    nowNs: () => BigInt(Date.now()),
    log: { info: () => {}, warn: () => {}, error: (message) => void errors.push(message) },
  })
  return { service, times, errors }
}

test('it looks once in every interval, and goes on after a fault', async () => {
  const { service, times, errors } = recorded(async () => {
    throw new Error('disk')
  })
  await vi.advanceTimersByTimeAsync(3000)
  expect(times).toHaveLength(3)
  expect(errors).toHaveLength(3)
  await service.close()
  await vi.advanceTimersByTimeAsync(3000)
  expect(times).toHaveLength(3)
})

test('a run that takes longer than the interval is not overtaken, and closing ends it', async () => {
  const { service, times } = recorded(
    (signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
  )
  await vi.advanceTimersByTimeAsync(5000)
  expect(times).toHaveLength(1)
  await service.close()
})
