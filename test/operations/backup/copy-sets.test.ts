import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { BytePace } from '../../../src/operations/backup/byte-pace.js'
import { type CopyOptions, type CopyOutcome, copySets } from '../../../src/operations/backup/copy-sets.js'
import { listSets } from '../../../src/operations/backup/list-sets.js'
import { blobKey, Repository } from '../../../src/operations/backup/repository/repository.js'
import type { BlobStore } from '../../../src/operations/backup/store/blob-store.js'
import { DirectoryStore } from '../../../src/operations/backup/store/directory-store.js'
import { openStore } from '../../../src/operations/backup/store/open-store.js'
import { verifyRepository } from '../../../src/operations/backup/verify-repository.js'
import { NO_PROGRESS, type Progress } from '../../../src/operations/progress.js'
import { openTestRepository, type TestRepository, testPace } from './open-test-repository.js'
import { FakeS3 } from './store/fake-s3.js'

let repo: TestRepository
let second: DirectoryStore
/** Oldest first. */
let ids: string[]

beforeEach(async () => {
  repo = await openTestRepository()
  second = new DirectoryStore(path.join(repo.folder, 'second'))
  ids = []
  for (const line of ['m v=1 1', 'n v=2 2', 'o v=3 3']) {
    await repo.source.write(line)
    await repo.source.engine.flush()
    ids.push((await repo.create()).manifest.id)
  }
})

afterEach(() => repo.remove())

function copy(options: Partial<CopyOptions>): Promise<CopyOutcome> {
  return copySets({
    from: repo.store,
    to: second,
    set: 'all',
    jobCount: 2,
    waitLockMs: 0,
    isDryRun: false,
    isReadBack: true,
    pace: testPace(),
    ...options,
  })
}

async function faultsIn(store: BlobStore): Promise<unknown[]> {
  const options = { setId: null, readShare: 1, jobCount: 2, waitLockMs: 0, nowMs: Date.now(), pace: testPace() }
  const { sets, faults } = await verifyRepository({ store, ...options })
  return [...faults, ...sets.flatMap((set) => set.faults)]
}

async function idsIn(store: BlobStore): Promise<string[]> {
  return (await (await Repository.open(store)).completeSets()).map(({ id }) => id)
}

test('sets go to another place, only what is missing there, and restore from it', async () => {
  const shown = await copy({ isDryRun: true })
  expect(shown.copied).toEqual(ids)
  await expect(Repository.open(second)).rejects.toMatchObject({ kind: 'missing' })
  expect(await copy({ set: ids[0] })).toMatchObject({ copied: [ids[0]], present: [] })
  const rest = await copy({})
  expect(rest).toMatchObject({ copied: ids.slice(1), present: [ids[0]], damaged: [] })
  expect(rest.blobs).toBeLessThan(shown.blobs)
  expect(await copy({})).toMatchObject({ copied: [], blobs: 0, bytes: 0 })
  expect(await faultsIn(second)).toEqual([])
  await repo.restore('copy', { store: second })
  expect(await repo.askRestored('copy', 'SHOW MEASUREMENTS')).toHaveLength(3)
  await expect(copy({ set: '20000101T000000Z' })).rejects.toMatchObject({ kind: 'missing' })
})

test('sets go to a bucket and come back', async () => {
  const fake = await FakeS3.start()
  fake.sessionToken = 'token'
  try {
    const bucket = await openStore(
      's3://bucket/hb',
      {
        HOME: '/nonexistent',
        AWS_ACCESS_KEY_ID: 'key',
        AWS_SECRET_ACCESS_KEY: 'secret',
        AWS_SESSION_TOKEN: 'token',
        AWS_ENDPOINT_URL_S3: fake.endpoint,
      },
      1,
    )
    expect((await copy({ to: bucket })).copied).toEqual(ids)
    expect(await faultsIn(bucket)).toEqual([])
    expect((await copy({ from: bucket })).copied).toEqual(ids)
    expect(await faultsIn(second)).toEqual([])
    const manifests = await Promise.all(
      [repo.store, second].map(async (store) => await (await Repository.open(store)).manifest(ids[2])),
    )
    expect(manifests[1]).toEqual(manifests[0])
  } finally {
    await fake.stop()
  }
})

test('what was cut off goes on, and sets that were done by then are whole', async () => {
  const controller = new AbortController()
  const signal = controller.signal
  const total = (await copy({ isDryRun: true })).blobs
  const update = ({ details }: Progress) => {
    if (details[0]?.value === `${total - 1}/${total}`) controller.abort(new Error('stopped'))
  }
  const pace = new BytePace({ bytesPerSecond: null, progress: { ...NO_PROGRESS, update }, signal })
  await expect(copy({ pace, jobCount: 1 })).rejects.toThrow('stopped')
  const done = await idsIn(second)
  expect(done).toEqual(ids.slice(0, 2))
  expect((await faultsIn(second)).length).toBe(0)
  const rest = await copy({})
  expect(rest).toMatchObject({ copied: [ids[2]], present: done, blobs: 1 })
  expect(await faultsIn(second)).toEqual([])
})

test('a damaged set is left out and named, and the others are copied', async () => {
  const { files } = await (await Repository.open(repo.store)).manifest(ids[1])
  const { sha256 } = files.find(({ measurement }) => measurement === 'n') ?? files[0]
  const blob = path.join(repo.store.location, blobKey(sha256))
  const bytes = await readFile(blob)
  bytes[9] ^= 4
  await writeFile(blob, bytes)
  await writeFile(path.join(repo.store.location, `sets/${ids[0]}.json`), 'x')
  const outcome = await copy({})
  expect(outcome.copied).toEqual([])
  expect(outcome.damaged).toMatchObject([
    { id: ids[0], reason: expect.stringContaining(`sets/${ids[0]}.json`) },
    { id: ids[1], reason: expect.stringContaining(sha256) },
    { id: ids[2], reason: expect.stringContaining(sha256) },
  ])
  bytes[9] ^= 4
  await writeFile(blob, bytes)
  expect(await copy({})).toMatchObject({ copied: ids.slice(1), damaged: [{ id: ids[0] }] })
  expect(await faultsIn(second)).toEqual([])
})

test('a place that does not give back what it was given gets no set', async () => {
  class BadStore extends DirectoryStore {
    override async write(key: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
      await super.write(key, pieces)
      if (key.startsWith('blobs/')) await writeFile(path.join(this.location, key), 'something else')
    }
  }
  const to = new BadStore(second.location)
  // With a rate, files are not copied by the system.
  const signal = new AbortController().signal
  const pace = new BytePace({ bytesPerSecond: 1e9, progress: NO_PROGRESS, signal })
  await expect(copy({ to, pace })).rejects.toThrow('cannot be trusted')
  expect(await idsIn(second)).toEqual([])
  await copy({ isReadBack: false })
  const [set] = await listSets(await Repository.open(second))
  expect(set.state).toBe('written')
})
