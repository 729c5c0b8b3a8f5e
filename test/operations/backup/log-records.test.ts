import { expect, test } from 'vitest'
import { placeholderRecord } from '../../../src/engine/index.js'
import { LogReader, wholeRecords } from '../../../src/operations/backup/log-records.js'
import { fc } from '../../support/fixed-random.js'

const RECORDS = Array.from({ length: 20 }, (_, i) => placeholderRecord(BigInt(i + 1), BigInt(100 + i)))
const LOG = Buffer.concat(RECORDS)

async function* cut(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length]
    yield bytes.slice(at, at + size)
    at += size
  }
}

/** As a source does that reads into the same memory again and again. */
async function* cutReusing(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.alloc(size)
  for (let at = 0; at < bytes.length; at += size) {
    buffer.set(bytes.subarray(at, at + size))
    yield buffer.subarray(0, Math.min(size, bytes.length - at))
  }
}

async function read(bytes: Uint8Array, sizes: readonly number[], flushed = 0n, last = 20n) {
  const reader = new LogReader({ flushedSequence: flushed, lastSequence: last }, null)
  const records: Uint8Array[] = []
  for await (const record of reader.read(wholeRecords(cut(bytes, sizes)))) records.push(record)
  return { records, facts: reader.facts() }
}

test('records come out whole however the log was cut', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 10 }), async (sizes) => {
      const { records, facts } = await read(LOG, sizes)
      expect(Buffer.concat(records).equals(LOG)).toBe(true)
      expect(facts).toEqual({ records: 20, firstTime: '100', lastTime: '119' })
    }),
  )
})

test.each([3, 50, 100])('records come out whole from a source that uses its memory again (%i bytes)', async (size) => {
  const records: Uint8Array[] = []
  for await (const piece of wholeRecords(cutReusing(LOG, size))) records.push(Uint8Array.from(piece))
  expect(Buffer.concat(records).equals(LOG)).toBe(true)
})

test('records that are flushed already are passed over', async () => {
  expect((await read(LOG, [1000], 5n)).facts).toEqual({ records: 15, firstTime: '105', lastTime: '119' })
})

test('a gap, a changed byte, an early end and half a record are refused', async () => {
  const gap = Buffer.concat([...RECORDS.slice(0, 3), ...RECORDS.slice(4)])
  await expect(read(gap, [64])).rejects.toThrow('the log has lost the records 4 to 4')
  const changed = Buffer.from(LOG)
  changed[30] ^= 1
  await expect(read(changed, [64])).rejects.toThrow('the log is damaged behind record 0')
  await expect(read(Buffer.concat(RECORDS.slice(0, 19)), [64])).rejects.toThrow('ends at record 19 instead of 20')
  await expect(read(LOG.subarray(0, LOG.length - 3), [64])).rejects.toThrow('in the middle of a record')
})
