import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Repository } from '../../../src/operations/backup/repository/repository.js'
import { type Compression, readSegments, storeSegments } from '../../../src/operations/backup/repository/segments.js'
import { bytesOf, piecesOf } from '../../../src/operations/backup/store/bytes-of.js'
import { DirectoryStore } from '../../../src/operations/backup/store/directory-store.js'

let folder: string
let repository: Repository

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hyperbyte-segments-'))
  repository = await Repository.openOrCreate(new DirectoryStore(path.join(folder, 'repo')))
})

afterEach(() => rm(folder, { recursive: true }))

function store(bytes: Buffer, compression: Compression) {
  return storeSegments(repository, piecesOf(bytes), compression, async () => undefined)
}

test.each([
  ['auto', Buffer.alloc(100_000, 'x'), 'gzip'],
  ['auto', randomBytes(100_000), 'none'],
  ['none', Buffer.alloc(100_000, 'x'), 'none'],
] as const)('%s packs what gets smaller, and every stream comes back', async (compression, bytes, packing) => {
  const stored = await store(bytes, compression)
  expect(stored.segments).toMatchObject([{ packing, unpackedSize: 100_000 }])
  expect(stored.segments[0].size < 100_000).toBe(packing === 'gzip')
  expect((await bytesOf(readSegments(repository, stored))).equals(bytes)).toBe(true)
})

test('a segment that does not say how it is packed is gzip, and a packing nobody knows is refused', async () => {
  const { segments, unpackedSize } = await store(Buffer.alloc(100_000, 'x'), 'auto')
  const [{ packing: _, ...old }] = segments
  expect(await bytesOf(readSegments(repository, { unpackedSize, segments: [old] }))).toHaveLength(100_000)
  const unknown = [{ ...old, packing: 'zstd' as unknown as 'gzip' }]
  await expect(bytesOf(readSegments(repository, { unpackedSize, segments: unknown }))).rejects.toMatchObject({
    kind: 'too-new',
  })
})

test('a source may use its memory again', async () => {
  const bytes = randomBytes(100_000)
  async function* pieces(): AsyncGenerator<Uint8Array> {
    const buffer = Buffer.alloc(1000)
    for (let at = 0; at < bytes.length; at += 1000) {
      bytes.copy(buffer, 0, at)
      yield buffer
    }
  }
  const stored = await storeSegments(repository, pieces(), 'none', async () => undefined)
  expect((await bytesOf(readSegments(repository, stored))).equals(bytes)).toBe(true)
})

test('a stream that is empty has no segments', async () => {
  expect(await store(Buffer.alloc(0), 'auto')).toMatchObject({ segments: [], unpackedSize: 0 })
})
