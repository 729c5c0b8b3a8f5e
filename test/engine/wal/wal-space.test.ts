import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { directoryBytes, Wal } from '../../../src/engine/wal/wal.js'

const RECORD_BYTES = 250_000

let directory: string

beforeEach(async () => {
  directory = path.join(await mkdtemp(path.join(tmpdir(), 'hyperbyte-wal-')), 'wal')
})

afterEach(async () => {
  await rm(path.dirname(directory), { recursive: true, force: true })
})

test('a truncated log gives its disk space back, all of it but what came later', async () => {
  const wal = await Wal.open({
    directory,
    durability: 'os_default',
    monotonicMs: () => performance.now(),
    nowNs: () => 0n,
    flushedSequence: 0n,
  })
  for (let round = 0; round < 3; round++) {
    let last = 0n
    for (let i = 0; i < 40; i++) last = await wal.append(new Uint8Array(RECORD_BYTES))
    await wal.truncate(last - 2n)
    expect(await directoryBytes(directory)).toBeLessThan(3 * RECORD_BYTES)
    expect(wal.byteCount).toBe(2 * RECORD_BYTES)
  }
  await wal.close()
})
