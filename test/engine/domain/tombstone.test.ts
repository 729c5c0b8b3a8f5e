import { expect, test } from 'vitest'
import { subsumes, type Tombstone } from '../../../src/engine/domain/tombstone.js'

function tombstone(startNs: bigint, endNs: bigint, seriesIds: bigint[] | null): Tombstone {
  const table = { database: 'd', retentionPolicy: 'p', measurement: 'm' }
  return { id: 1, table, range: { startNs, endNs }, seriesIds: seriesIds && new Set(seriesIds) }
}

test('a tombstone makes those superfluous that hide no more than it does', () => {
  const some = tombstone(10n, 20n, [1n, 2n])
  expect(subsumes(some, some)).toBe(true)
  expect(subsumes(some, tombstone(12n, 20n, [2n]))).toBe(true)
  expect(subsumes(some, tombstone(12n, 21n, [2n]))).toBe(false)
  expect(subsumes(some, tombstone(12n, 15n, [2n, 3n]))).toBe(false)
  expect(subsumes(some, tombstone(12n, 15n, null))).toBe(false)
  expect(subsumes(tombstone(0n, 20n, null), some)).toBe(true)
})
