import { expect, test } from 'vitest'
import { type Slice, WorkList } from '../../../src/operations/backfill/work-list.js'

const HOUR = 3_600_000_000_000n

function listOf(hours: number, done: [number, number][] = [], measurement = 'm') {
  return {
    retentionPolicy: 'rp',
    measurement,
    ranges: Array.from({ length: hours }, (_, i) => ({ startNs: BigInt(i) * HOUR, endNs: BigInt(i + 1) * HOUR })),
    done: done.map(([from, to]) => ({ startNs: BigInt(from) * HOUR, endNs: BigInt(to) * HOUR })),
  }
}

function hoursOf(slice: Slice | null): [number, number] | null {
  return slice === null ? null : [Number(slice.startNs) / Number(HOUR), Number(slice.endNs) / Number(HOUR)]
}

test('slices are shard groups, without those that are done', () => {
  const work = new WorkList([listOf(3, [[1, 2]])])
  expect(work.fractionDone).toBeCloseTo(1 / 3)
  expect([work.take(), work.take(), work.take()].map(hoursOf)).toEqual([[0, 1], [2, 3], null])
})

test('a slice that fails comes again in halves, and later ones are as short', () => {
  const work = new WorkList([listOf(2)])
  const slice = work.take()!
  expect(work.split(slice)).toBe(true)
  const slices: ([number, number] | null)[] = []
  for (let next = work.take(); next !== null; next = work.take()) {
    slices.push(hoursOf(next))
    work.finish(next, 0.5)
  }
  expect(slices).toEqual([
    [0, 0.5],
    [0.5, 1],
    [1, 1.5],
    [1.5, 2],
  ])
  expect(work.fractionDone).toBe(1)
})

test('slices with too many points get shorter, small ones longer again', () => {
  const work = new WorkList([listOf(6)])
  work.finish(work.take()!, 3)
  const first = work.take()!
  expect(hoursOf(first)).toEqual([1, 1.5])
  work.finish(first, 0.1)
  work.finish(work.take()!, 0.1)
  expect(hoursOf(work.take())).toEqual([2, 3])
})

test('halving ends at a millisecond', () => {
  const ms = 1_000_000n
  const work = new WorkList([{ ...listOf(0), ranges: [{ startNs: 0n, endNs: 2n * ms }] }])
  expect(work.split(work.take()!)).toBe(true)
  const slice = work.take()!
  expect(slice.endNs).toBe(ms)
  expect(work.split(slice)).toBe(false)
  expect(work.take()).toEqual(slice)
})

test('other measurements go on while one is split', () => {
  const work = new WorkList([listOf(1), listOf(1, [], 'n')])
  const m = work.take()!
  expect(work.take()?.measurement).toBe('n')
  work.split(m)
  expect(work.take()?.measurement).toBe('m')
})
