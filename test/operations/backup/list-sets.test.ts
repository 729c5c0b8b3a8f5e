import { afterEach, beforeEach, expect, test } from 'vitest'
import { listSets, type SetState } from '../../../src/operations/backup/list-sets.js'
import type { Manifest } from '../../../src/operations/backup/repository/manifest.js'
import { Repository } from '../../../src/operations/backup/repository/repository.js'
import { RepositoryLock } from '../../../src/operations/backup/repository/repository-lock.js'
import { openTestRepository, type TestRepository } from './open-test-repository.js'

let repo: TestRepository
let repository: Repository

beforeEach(async () => {
  repo = await openTestRepository()
  await repo.source.write('m,host=a v=1 1')
  await repo.source.engine.flush()
  await repo.create()
  repository = await Repository.open(repo.store)
})

afterEach(() => repo.remove())

async function states(): Promise<SetState[]> {
  return (await listSets(repository)).map(({ state }) => state)
}

async function addSet(name: string, change: Partial<Manifest>): Promise<void> {
  const [{ id }] = await repository.completeSets()
  await repository.finishSet({ ...(await repository.manifest(id)), id: name, ...change })
}

test('an incremental set that read back what was new is verified when the set before it is', async () => {
  await addSet('20300101T000000Z', { type: 'incr', verified: 'none' })
  await addSet('20300102T000000Z', { type: 'incr', verified: 'new', parent: '20300101T000000Z' })
  await addSet('20300103T000000Z', { type: 'incr', verified: 'new', parent: '20300102T000000Z' })
  await addSet('20300104T000000Z', { type: 'full', verified: 'new', parent: '20300103T000000Z' })
  await addSet('20300105T000000Z', { type: 'incr', verified: 'new', parent: '20300104T000000Z' })
  await addSet('20300106T000000Z', { type: 'incr', verified: 'new', parent: '20290101T000000Z' })
  expect(await states()).toEqual(['verified', 'verified', 'verified', 'written', 'written', 'written', 'verified'])
  await repository.writeCheck('20300101T000000Z', { time: '2030-01-07T00:00:00Z', isGood: true, readShare: 1 })
  expect(new Set(await states())).toEqual(new Set(['verified']))
})

test('a set that never ended tells its type and how much nobody needs; one under way is running', async () => {
  const bytes = Buffer.from('foo')
  const sha256 = '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae'
  await repository.beginSet('20200101T000000Z', { started: '', instance: '', type: 'full' })
  await repository.beginSet('20300101T000000Z', { started: '', instance: '', type: 'incr' })
  await repository.writeBlob(
    sha256,
    3,
    (async function* () {
      yield bytes
    })(),
  )
  const [newest, , oldest] = await listSets(repository)
  expect(newest).toMatchObject({ state: 'partial', type: 'incr', addedBytes: 3, dataBytes: null })
  expect(oldest).toMatchObject({ state: 'partial', type: 'full', addedBytes: null })
  const signal = new AbortController().signal
  const lock = await RepositoryLock.take(repo.store, { mode: 'write', waitMs: 0, signal })
  expect(await states()).toEqual(['running', 'verified', 'partial'])
  await lock?.release()
  expect(await states()).toEqual(['partial', 'verified', 'partial'])
})
