import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Level } from 'level'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Wal } from '../../../src/engine/wal/wal.js'
import { encodeRecord } from '../../../src/engine/wal/wal-record.js'

let directory: string

beforeEach(async () => {
  directory = path.join(await mkdtemp(path.join(tmpdir(), 'hyperbyte-wal-')), 'wal')
})

afterEach(async () => {
  await rm(path.dirname(directory), { recursive: true, force: true })
})

function open(flushedSequence = 0n): Promise<Wal> {
  return Wal.open({
    directory,
    durability: 'every_write',
    monotonicMs: () => performance.now(),
    nowNs: () => 7n,
    flushedSequence,
  })
}

function record(name: string): Uint8Array {
  const series = { keyOf: () => new Uint8Array(), internKey: () => 0 }
  const drop = { kind: 'drop', scope: 'database', database: name, retentionPolicy: '', measurement: '' } as const
  return encodeRecord(drop, series)
}

async function replayed(wal: Wal): Promise<bigint[]> {
  const sequences: bigint[] = []
  for await (const { sequence } of wal.replay()) sequences.push(sequence)
  return sequences
}

/** Changes the store behind the log's back. */
async function tamper(change: (store: Level<Uint8Array, Uint8Array>) => Promise<void>): Promise<void> {
  const store = new Level<Uint8Array, Uint8Array>(directory, { keyEncoding: 'view', valueEncoding: 'view' })
  await change(store)
  await store.close()
}

function key(sequence: bigint): Uint8Array {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(sequence)
  return bytes
}

test('appends of many callers share fsyncs, resolve in order and are replayed in order', async () => {
  const wal = await open()
  const order: bigint[] = []
  await Promise.all(Array.from({ length: 100 }, async (_, i) => order.push(await wal.append(record(`db${i}`)))))
  expect(order).toEqual(Array.from({ length: 100 }, (_, i) => BigInt(i + 1)))
  expect(wal.fsyncCount).toBeLessThan(10)
  await wal.close()
  const again = await open()
  expect(await replayed(again)).toEqual(order)
  expect(await again.append(record('next'))).toBe(101n)
  await again.close()
})

test('truncated records are not replayed, and sequences go on where they were', async () => {
  const wal = await open()
  for (let i = 0; i < 5; i++) await wal.append(record('db'))
  await wal.truncate(5n)
  expect(wal.byteCount).toBe(0)
  await wal.close()
  const again = await open(5n)
  expect(await replayed(again)).toEqual([])
  expect(await again.append(record('db'))).toBe(6n)
  await again.close()
})

test('a lost record in the middle is an error that names it, never passed over', async () => {
  const wal = await open()
  for (let i = 0; i < 5; i++) await wal.append(record('db'))
  await wal.close()
  await tamper((store) => store.del(key(3n)))
  const again = await open()
  await expect(replayed(again)).rejects.toMatchObject({ code: 'corrupt', message: /has lost the records 3 to 3/ })
  await again.close()
})

test('one flipped bit in a record is an error that names it', async () => {
  const wal = await open()
  for (let i = 0; i < 3; i++) await wal.append(record('some database'))
  await wal.close()
  await tamper(async (store) => {
    const bytes = (await store.get(key(2n)))!.slice()
    bytes[bytes.length - 3] ^= 4
    await store.put(key(2n), bytes)
  })
  const again = await open()
  await expect(replayed(again)).rejects.toMatchObject({ code: 'corrupt', message: /up to number 2 is damaged/ })
  await again.close()
})

test('records of one group that are flushed already are not replayed', async () => {
  const wal = await open()
  await Promise.all([1, 2, 3, 4].map((i) => wal.append(record(`db${i}`))))
  await wal.truncate(2n)
  await wal.close()
  const again = await open(2n)
  expect(await replayed(again)).toEqual([3n, 4n])
  await again.close()
})

test('a second process is told that the directory is held', async () => {
  const wal = await open()
  await expect(open()).rejects.toMatchObject({ code: 'locked' })
  await wal.close()
})

test('with periodic syncs, what came last is synced before the log is closed', async () => {
  const options = { directory, durability: 'periodic', nowNs: () => 7n, flushedSequence: 0n } as const
  const wal = await Wal.open({ ...options, monotonicMs: () => 0 })
  await wal.append(record('a'))
  expect(wal.fsyncCount).toBe(0)
  await wal.close()
  expect(wal.fsyncCount).toBe(1)
})
