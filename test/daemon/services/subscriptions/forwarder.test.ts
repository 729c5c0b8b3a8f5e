import { expect, test } from 'vitest'
import type { Destination } from '../../../../src/daemon/services/subscriptions/destination.js'
import { Forwarder } from '../../../../src/daemon/services/subscriptions/forwarder.js'
import type { StoredPoints } from '../../../../src/engine/index.js'

const LIMITS = { queuedWriteCountMax: 100, queuedBytesMax: 1000, concurrentWriteCountMax: 1 }

function points(text: string, byteCount = 10): StoredPoints {
  const lines = () => [{ body: Buffer.from(text), rowCount: 1 }]
  return { database: 'db', retentionPolicy: 'autogen', rowCount: 1, byteCount, lines }
}

/** Destinations by name; those that `isDown` refuse everything. */
function forwarder(mode: 'ALL' | 'ANY', urls: readonly string[], isDown: (url: string) => boolean = () => false) {
  const received: string[] = []
  const open = (url: string): Destination => ({
    send: async (body) => {
      if (isDown(url)) throw new Error('down')
      received.push(`${url}: ${body}`)
    },
    close: async () => {},
  })
  const subscription = { retentionPolicy: 'autogen', name: 's', mode, destinations: urls }
  return { received, forwarder: new Forwarder(subscription, LIMITS, open) }
}

test('ALL sends to every destination, and one that is down keeps nothing from the others', async () => {
  const { received, forwarder: all } = forwarder('ALL', ['a', 'b', 'c'], (url) => url === 'b')
  all.offer(points('1'))
  await all.close()
  expect(received).toEqual(['a: 1', 'c: 1'])
  expect(all.counts().destinations).toEqual([
    { url: 'a', pointsWritten: 1, writeFailures: 0 },
    { url: 'b', pointsWritten: 0, writeFailures: 1 },
    { url: 'c', pointsWritten: 1, writeFailures: 0 },
  ])
})

test('ANY lets destinations take turns, and one that is down passes its turn on', async () => {
  const { received, forwarder: any } = forwarder('ANY', ['a', 'b', 'c'], (url) => url === 'b')
  for (const text of ['1', '2', '3', '4']) any.offer(points(text))
  await any.close()
  expect(received).toEqual(['a: 1', 'c: 2', 'a: 3', 'c: 4'])
})

test('points that reach nobody are not tried again', async () => {
  const { received, forwarder: any } = forwarder('ANY', ['a', 'b'], () => true)
  any.offer(points('1'))
  await any.close()
  expect(received).toEqual([])
  expect(any.counts().destinations.map(({ writeFailures }) => writeFailures)).toEqual([1, 1])
})

test('a full queue drops what comes and counts it; a write is never waited for', async () => {
  let release = (): void => {}
  const blocked: Destination = {
    send: () => new Promise((resolve) => (release = resolve)),
    close: async () => {},
  }
  const subscription = { retentionPolicy: 'autogen', name: 's', mode: 'ALL' as const, destinations: ['a'] }
  const full = new Forwarder(subscription, { ...LIMITS, queuedWriteCountMax: 2 }, () => blocked)
  const taken = ['1', '2', '3', '4', '5'].map((text) => full.offer(points(text)))
  expect(taken).toEqual([true, true, true, false, false])
  expect(full.counts()).toMatchObject({ droppedPointCount: 2, queuedWriteCount: 2 })
  const timer = setInterval(() => release(), 1)
  await full.close()
  clearInterval(timer)
  expect(full.counts().destinations[0].pointsWritten).toBe(3)
})

test('large writes are bounded by their bytes, and a single one always fits', async () => {
  const { forwarder: all } = forwarder('ALL', ['a'])
  expect(all.offer(points('1', 5000))).toBe(true)
  expect([all.offer(points('2', 5000)), all.offer(points('3', 5000))]).toEqual([true, false])
  await all.close()
})
