import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { FaultBoard, type FaultOrder } from '../../../src/daemon/faults/fault-board.js'

let logged: string[]
let slept: number[]
let board: FaultBoard

beforeEach(() => {
  vi.useFakeTimers()
  logged = []
  slept = []
  const record = (message: string, fields: Record<string, unknown> = {}): void =>
    void logged.push(`${message} ${fields['kind']} ${fields['why'] ?? ''}`.trim())
  const sleep = async (ms: number): Promise<void> => void slept.push(ms)
  board = new FaultBoard({ log: { info: record, warn: record, error: record }, nowMs: Date.now, sleep })
})

afterEach(() => {
  vi.useRealTimers()
})

const order = (kind: FaultOrder['kind'], more: Partial<FaultOrder> = {}): FaultOrder => ({
  kind,
  lastsMs: 1000,
  delayMs: 0,
  share: 1,
  ...more,
})

test('a fault ends by itself, and its beginning and end are logged', () => {
  board.add(order('disk-full'))
  expect([board.isDiskFull, board.refusesWrite(), board.failsFlush()]).toEqual([true, true, true])
  vi.advanceTimersByTime(1000)
  expect([board.isDiskFull, board.refusesWrite(), board.failsFlush()]).toEqual([false, false, false])
  expect(logged).toEqual(['FAULT INJECTED disk-full', 'injected fault ended disk-full its time is over'])
})

test('a fault that is cleared is gone at once, one or all', () => {
  const { id } = board.add(order('flush-fails'))
  board.add(order('drop-queries'))
  expect([board.isDiskFull, board.refusesWrite(), board.failsFlush()]).toEqual([false, false, true])
  expect([board.clear(id), board.clear(id), board.list().length, board.clear(null)]).toEqual([1, 0, 1, 1])
  expect(board.failsFlush()).toBe(false)
})

test('requests of the kind that is meant meet it, in the share that is meant', async () => {
  board.add(order('drop-writes', { share: 0.25 }))
  board.add(order('delay-queries', { delayMs: 70, share: 0.5 }))
  const writes = await Promise.all(Array.from({ length: 8 }, () => board.onRequest('writes')))
  const queries = await Promise.all(Array.from({ length: 4 }, () => board.onRequest('queries')))
  expect(writes.filter((outcome) => outcome === 'drop')).toHaveLength(2)
  expect(new Set(queries)).toEqual(new Set(['serve']))
  expect(slept).toEqual([70, 70])
  expect(board.list().map(({ kind, metCount }) => [kind, metCount])).toEqual([
    ['drop-writes', 2],
    ['delay-queries', 2],
  ])
})
