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
