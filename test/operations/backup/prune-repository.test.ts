import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { NO_RULES } from '../../../src/operations/backup/plan-retention.js'
import type { PruneOptions, PruneOutcome } from '../../../src/operations/backup/prune-repository.js'
import { Repository } from '../../../src/operations/backup/repository/repository.js'
import { toSelection } from '../../../src/operations/backup/selection.js'
import { openTestRepository, type TestRepository } from './open-test-repository.js'

let repo: TestRepository

beforeEach(async () => {
  repo = await openTestRepository()
  await repo.source.write('m,host=a v=1 1')
  await repo.source.engine.flush()
})

afterEach(() => repo.remove())

/** Keeps the last set. */
function prune(options: Partial<PruneOptions>): Promise<PruneOutcome> {
  return repo.prune({ rules: { ...NO_RULES, last: 1 }, ...options })
}

async function faults(): Promise<unknown[]> {
  const outcome = await repo.verify()
  return [...outcome.faults, ...outcome.sets.flatMap((set) => set.faults)]
}

test('sets of a part do not push out those of the whole', async () => {
  const part = toSelection({ databases: ['db'], excluded: [], retentionPolicies: [], startNs: null, endNs: null })
  const ids: string[] = []
  for (const selection of [null, part, null, part]) ids.push((await repo.create({ selection })).manifest.id)
  const { kept, removed } = await prune({})
  expect(kept.map(({ id }) => id)).toEqual(ids.slice(2))
  expect(removed).toEqual(ids.slice(0, 2))
  expect(await faults()).toEqual([])
})

test('a part is full for the first time and when its own full set is old, and its bounds in time may move', async () => {
  const typeOf = async (databases: string[], startNs: bigint | null, fullEveryMs: number) => {
    const selection = toSelection({ databases, excluded: [], retentionPolicies: [], startNs, endNs: null })
    const { type, parent } = (await repo.create({ selection, fullEveryMs })).manifest
    return [type, parent === null]
  }
  expect(await typeOf([], null, 1e9)).toEqual(['full', true])
  expect(await typeOf(['db'], null, 1e9)).toEqual(['full', true])
  expect(await typeOf(['db'], null, 1e9)).toEqual(['incr', false])
  expect(await typeOf(['db'], 1n, 1e9)).toEqual(['full', true])
  expect(await typeOf(['db'], 2n, 1e9)).toEqual(['incr', false])
  expect(await typeOf([], null, 1e9)).toEqual(['incr', false])
  // Sets are a minute apart: the whole had its full one five minutes ago, the part four.
  expect(await typeOf([], null, 280_000)).toEqual(['full', false])
  expect((await prune({})).kept).toHaveLength(3)
})

test('a set that cannot be read goes when the rules let it go, and stops everything when they keep it', async () => {
  const ids: string[] = []
  for (let i = 0; i < 3; i++) ids.push((await repo.create()).manifest.id)
  await writeFile(path.join(repo.store.location, `sets/${ids[1]}.json`), 'x')
  await expect(prune({ rules: { ...NO_RULES, last: 2 } })).rejects.toMatchObject({ kind: 'damaged' })
  expect(await (await Repository.open(repo.store)).completeSets()).toHaveLength(3)
  expect((await prune({})).removed).toEqual(ids.slice(0, 2))
  expect(await faults()).toEqual([])
})

test('nothing is taken from a backup under way, and nothing is put into a repository that is pruned', async () => {
  await repo.create()
  await repo.source.ask('DROP MEASUREMENT m')
  await repo.source.write('n v=1 1')
  await repo.source.engine.flush()
  const openCheckpoint = async () => {
    const checkpoint = await repo.source.engine.checkpoint()
    const read = checkpoint.file.bind(checkpoint)
    const file = (id: number): AsyncIterable<Uint8Array> =>
      (async function* () {
        // Its blobs are there by now, and no set names them.
        await expect(prune({})).rejects.toMatchObject({ kind: 'locked' })
        await expect(prune({ isPartialOnly: true })).rejects.toMatchObject({ kind: 'locked' })
        yield* read(id)
      })()
    return Object.assign(checkpoint, { file })
  }
  const { manifest } = await repo.create({ openCheckpoint, jobCount: 1 })
  expect((await prune({})).kept).toMatchObject([{ id: manifest.id }])
  expect(await faults()).toEqual([])

  const { store } = repo
  await repo.create()
  let refusedCount = 0
  const remove = store.remove.bind(store)
  store.remove = async (key) => {
    if (key.startsWith('sets/') && key.endsWith('.json')) {
      await expect(repo.create()).rejects.toMatchObject({ kind: 'locked' })
      refusedCount++
    }
    await remove(key)
  }
  expect((await prune({})).removed).toEqual([manifest.id])
  expect(refusedCount).toBe(1)
  expect(await faults()).toEqual([])
})
