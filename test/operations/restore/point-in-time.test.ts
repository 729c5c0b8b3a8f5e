import { afterEach, beforeEach, expect, test } from 'vitest'
import { setTimeMs } from '../../../src/operations/backup/set-id.js'
import { openTestRepository, type TestRepository } from '../backup/open-test-repository.js'

let repo: TestRepository

beforeEach(async () => {
  repo = await openTestRepository()
})

afterEach(() => repo.remove())

const MINUTE_NS = 60_000_000_000n

/** The moment of a set; the test's clock stands still between two backups. */
function momentOf(id: string): bigint {
  return BigInt(setTimeMs(id)) * 1_000_000n
}

test('a restore to a moment takes the set before it and what later sets log up to it', async () => {
  const { source, create, restore, askRestored } = repo
  await source.write('m v=1 1')
  const first = await create()
  await source.write('m v=2 2')
  const second = await create()
  await source.write('m v=3 3')
  await create()
  const at = async (name: string, timeNs: bigint) => {
    const outcome = await restore(name, { choice: { kind: 'at', timeNs } })
    return { outcome, rows: await askRestored(name, 'SELECT v FROM m') }
  }
  // Written after the first backup, in its minute.
  const between = await at('between', momentOf(first.manifest.id) + MINUTE_NS / 2n)
  expect(between.outcome.set).toBe(first.manifest.id)
  expect(between.rows).toEqual(['m | time=1 v=1', 'm | time=2 v=2'])
  const later = await at('later', momentOf(second.manifest.id))
  expect(later.outcome.set).toBe(second.manifest.id)
  expect(later.rows).toEqual(['m | time=1 v=1', 'm | time=2 v=2', 'm | time=3 v=3'])
  await expect(restore('never', { choice: { kind: 'at', timeNs: 0n } })).rejects.toMatchObject({ kind: 'missing' })
})

test('where later logs do not follow without a gap, the set is as near as it gets', async () => {
  const { source, create, restore, askRestored } = repo
  await source.write('m v=1 1')
  const first = await create()
  await source.write('m v=2 2')
  await source.engine.flush()
  await source.write('m v=3 3')
  await create()
  const timeNs = momentOf(first.manifest.id) + MINUTE_NS / 2n
  expect(await restore('copy', { choice: { kind: 'at', timeNs } })).toMatchObject({ time: first.manifest.time })
  expect(await askRestored('copy', 'SELECT v FROM m')).toEqual(['m | time=1 v=1'])
})

test('a dry run knows the moment; a policy that is not there is missed', async () => {
  const { source, create, restore } = repo
  await source.write('m v=1 1')
  const first = await create()
  await source.write('m v=2 2')
  await create()
  const choice = { kind: 'at' as const, timeNs: momentOf(first.manifest.id) + MINUTE_NS / 2n }
  const planned = await restore('copy', { choice, isDryRun: true })
  expect(planned).toMatchObject({ logRecords: 2 })
  const { time } = await restore('copy', { choice })
  expect(planned.time).toBe(time)
  const selection = { databases: null, excluded: [], retentionPolicies: ['autogen', 'none'], start: null, end: null }
  await expect(restore('part', { selection })).rejects.toThrow(/does not hold the retention policy none$/)
})

test('databases that were made after the set and before the moment come back', async () => {
  const { source, create, restore, askRestored } = repo
  await source.write('m v=1 1')
  const first = await create()
  await source.ask('CREATE DATABASE late', '')
  await source.write('n v=5 5', 'late')
  await source.write('m v=2 2')
  await create()
  await restore('copy', { choice: { kind: 'at', timeNs: momentOf(first.manifest.id) + MINUTE_NS / 2n } })
  expect(await askRestored('copy', 'SELECT v FROM m')).toEqual(['m | time=1 v=1', 'm | time=2 v=2'])
  expect(await askRestored('copy', 'SELECT v FROM late.autogen.n')).toEqual(['n | time=5 v=5'])
})
