import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ClientError } from '../../../src/client/client-error.js'
import { BytePace } from '../../../src/operations/backup/byte-pace.js'
import { listSets } from '../../../src/operations/backup/list-sets.js'
import { NO_RULES } from '../../../src/operations/backup/plan-retention.js'
import { blobKey, Repository } from '../../../src/operations/backup/repository/repository.js'
import { DirectoryStore } from '../../../src/operations/backup/store/directory-store.js'
import type { VerifyOptions, VerifyOutcome } from '../../../src/operations/backup/verify-repository.js'
import { NO_PROGRESS } from '../../../src/operations/progress.js'
import { openTestRepository, type TestRepository } from './open-test-repository.js'

let repo: TestRepository

beforeEach(async () => {
  repo = await openTestRepository()
  await repo.source.write('m,host=a v=1 1')
  await repo.source.engine.flush()
  await repo.source.write('m,host=b v=2 2')
  await repo.create()
})

afterEach(() => repo.remove())

function verify(setId: string | null = null, options: Partial<VerifyOptions> = {}): Promise<VerifyOutcome> {
  return repo.verify({ setId, ...options })
}

async function keys(): Promise<string[]> {
  const found: string[] = []
  for await (const { key } of repo.store.list('')) found.push(key)
  return found.sort()
}

function isGood({ sets, faults }: VerifyOutcome): boolean {
  return faults.length === 0 && sets.every((set) => set.faults.length === 0)
}

test('a good repository is good, and says so in the list', async () => {
  const outcome = await verify()
  expect(outcome).toMatchObject({ sets: [{ files: 1, faults: [] }], faults: [] })
  const [set] = await listSets(await Repository.open(repo.store))
  expect(set).toMatchObject({ state: 'verified', isPinned: false, range: { minNs: 1n, maxNs: 1n } })
})

test('a flipped bit in any object of the repository is found', async () => {
  await verify()
  for (const key of await keys()) {
    const file = path.join(repo.store.location, key)
    const whole = await readFile(file)
    for (const share of [0, 0.3, 0.6, 0.999]) {
      const damaged = Buffer.from(whole)
      damaged[Math.floor(whole.length * share)] ^= 1 << Math.floor(share * 8)
      await writeFile(file, damaged)
      const found = await verify().then(
        ({ sets, faults }) =>
          [...sets.flatMap((set) => set.faults), ...faults].map(({ name, reason }) => name + reason),
        (error: Error) => [error.message],
      )
      expect(found.join(), `${key} at ${share}`).toContain(key)
    }
    // The failed checks left notes of their own.
    await writeFile(file, whole)
    await verify()
  }
  expect(isGood(await verify())).toBe(true)
})

test('a missing blob and one of a wrong length are named by the file they were', async () => {
  const repository = await Repository.open(repo.store)
  const [{ id }] = await repository.completeSets()
  const [file] = (await repository.manifest(id)).files
  const blob = path.join(repo.store.location, 'blobs', file.sha256.slice(0, 2), file.sha256)
  const whole = await readFile(blob)
  await writeFile(blob, whole.subarray(1))
  expect((await verify()).sets[0].faults).toMatchObject([{ stage: 'files', name: file.path }])
  await repository.removeBlob(file.sha256)
  expect((await verify('latest')).sets[0].faults).toMatchObject([
    { stage: 'files', reason: expect.stringMatching(/^blobs.* is missing$/) },
  ])
  expect(await listSets(repository)).toMatchObject([{ state: 'damaged' }])
  await expect(repo.restore('copy')).rejects.toMatchObject({ kind: 'damaged' })
  await repo.create()
  expect(isGood(await verify('latest'))).toBe(true)
})

test('a share is some of the bytes, other ones each time, and always what was bad the last time', async () => {
  for (let i = 0; i < 9; i++) {
    await repo.source.write(`m${i} v=${i} ${i}`)
    await repo.source.engine.flush()
  }
  await repo.create()
  const repository = await Repository.open(repo.store)
  const { id, files } = await repository.manifest((await repository.completeSets())[1].id)
  const all = (await verify(id)).sets[0].checkedBytes
  const checked = new Set<number>()
  for (let i = 0; i < 20; i++) {
    const { checkedBytes } = (await verify(id, { readShare: 0.25 })).sets[0]
    expect(checkedBytes).toBeGreaterThanOrEqual(all * 0.25)
    expect(checkedBytes).toBeLessThan(all * 0.6)
    checked.add(checkedBytes)
  }
  expect(checked.size).toBeGreaterThan(1)

  const blob = path.join(repo.store.location, blobKey(files[4].sha256))
  const whole = await readFile(blob)
  const damaged = Buffer.from(whole)
  damaged[20] ^= 1
  await writeFile(blob, damaged)
  expect(isGood(await verify(id))).toBe(false)
  for (const setId of [id, null]) {
    const outcome = await verify(setId, { readShare: 0.001 })
    expect(outcome.sets.at(-1)?.faults).toMatchObject([{ stage: 'hashes', name: files[4].path }])
  }
  await writeFile(blob, whole)
  expect(isGood(await verify(null, { readShare: 0.001 }))).toBe(true)
  expect((await listSets(repository))[0].state).toBe('verified')
})

test('what a check found bad is copied again by the next backup, once', async () => {
  const repository = await Repository.open(repo.store)
  const [{ id }] = await repository.completeSets()
  const [file] = (await repository.manifest(id)).files
  const blob = path.join(repo.store.location, blobKey(file.sha256))
  const damaged = await readFile(blob)
  damaged[9] ^= 1
  await writeFile(blob, damaged)
  expect((await repo.create({ type: 'incr' })).newFiles).toBe(0)
  expect(isGood(await verify())).toBe(false)
  expect((await repo.create({ type: 'incr' })).newFiles).toBe(1)
  expect((await repo.create({ type: 'incr' })).newFiles).toBe(0)
  expect(isGood(await verify())).toBe(true)
})

test('a check that is stopped, or loses its repository, gives no verdict', async () => {
  const [{ id }] = await (await Repository.open(repo.store)).completeSets()
  for (const phase of ['verify', 'registry', 'log', 'footers']) {
    const controller = new AbortController()
    const update = (status: { phase: string }) => {
      if (status.phase === phase) controller.abort(new Error('stopped'))
    }
    const progress = { ...NO_PROGRESS, update }
    const pace = new BytePace({ bytesPerSecond: null, progress, signal: controller.signal })
    await expect(verify(null, { pace }), phase).rejects.toThrow('stopped')
  }
  class LostStore extends DirectoryStore {
    override async *read(key: string, range?: { start: number; end: number }): AsyncGenerator<Uint8Array> {
      if (key.startsWith('blobs/')) throw new ClientError('unreachable', 'the network is away')
      yield* super.read(key, range)
    }
  }
  const store = new LostStore(repo.store.location)
  await expect(verify(null, { store })).rejects.toMatchObject({ kind: 'unreachable' })
  await expect(verify(null, { store, readShare: 0.0001 })).rejects.toMatchObject({ kind: 'unreachable' })
  expect(await (await Repository.open(repo.store)).check(id)).toBeNull()
})

test('pruning shows first, keeps what is pinned, and takes blobs that nobody needs', async () => {
  await repo.source.ask('DROP MEASUREMENT m')
  await repo.source.write('n v=1 1')
  await repo.source.engine.flush()
  await repo.create()
  const before = await keys()
  const rules = { ...NO_RULES, last: 1 }
  const shown = await repo.prune({ rules, isDryRun: true })
  expect(shown.removed).toHaveLength(1)
  expect(shown.removedBlobs).toBeGreaterThanOrEqual(3)
  expect(await keys()).toEqual(before)
  const repository = await Repository.open(repo.store)
  await repository.setPin(shown.removed[0], true)
  expect((await repo.prune({ rules })).removed).toEqual([])
  await repository.setPin(shown.removed[0], false)
  expect(await repo.prune({ rules })).toMatchObject({ removed: shown.removed, removedBlobs: shown.removedBlobs })
  expect(isGood(await verify())).toBe(true)
  await repo.restore('copy')
  expect(await repo.askRestored('copy', 'SHOW MEASUREMENTS')).toEqual(['measurements | name=n'])
})

test('what a failed backup left goes with --partial, and sets stay', async () => {
  const repository = await Repository.open(repo.store)
  await repository.beginSet('20200101T000000Z', { started: '', instance: '', type: 'full' })
  await repository.writeBlob(
    '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
    3,
    (async function* () {
      yield Buffer.from('foo')
    })(),
  )
  expect((await listSets(repository)).at(-1)).toMatchObject({ state: 'partial' })
  const outcome = await repo.prune({ rules: { ...NO_RULES, last: 0 }, isPartialOnly: true })
  expect(outcome).toMatchObject({ removed: [], partial: ['20200101T000000Z'], removedBlobs: 1, removedBytes: 3 })
  expect(isGood(await verify())).toBe(true)
})

test('nothing is removed while a manifest that stays cannot be read', async () => {
  const [{ id }] = await (await Repository.open(repo.store)).completeSets()
  await writeFile(path.join(repo.store.location, `sets/${id}.json`), 'x')
  await expect(repo.prune({ isPartialOnly: true })).rejects.toMatchObject({ kind: 'damaged' })
})

test('a repository of a newer format is refused, and another place as well', async () => {
  const root = path.join(repo.store.location, 'hyperbyte-backup')
  const text = await readFile(root, 'utf8')
  await writeFile(root, text.replace('hyperbyte-repository 1 ', 'hyperbyte-repository 2 '))
  await expect(verify()).rejects.toMatchObject({ kind: 'too-new' })
  await expect(repo.restore('copy')).rejects.toMatchObject({ kind: 'too-new' })
  await expect(repo.create({ store: new DirectoryStore(repo.source.dataDir) })).rejects.toMatchObject({
    kind: 'conflict',
  })
})
