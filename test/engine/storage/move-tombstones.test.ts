import { expect, test } from 'vitest'
import { ALL_TIME } from '../../../src/engine/domain/time-range.js'
import type { TombstoneEntry } from '../../../src/engine/registry/tombstone-entry.js'
import { moveTombstones } from '../../../src/engine/storage/move-tombstones.js'

const table = { database: 'd', retentionPolicy: 'p', measurement: 'm' }

function tombstone(id: number, ...fileIds: number[]): TombstoneEntry {
  return { id, table, range: ALL_TIME, seriesIds: null, fileIds: new Set(fileIds) }
}

test('a tombstone leaves the files that are gone and is forgotten with the last', () => {
  const [a, b, c] = [tombstone(1, 1, 2), tombstone(2, 1), tombstone(3, 3)]
  const moved = moveTombstones([a, b, c], new Set([1]), () => [])
  expect(moved.tombstones).toEqual([tombstone(1, 2), c])
  expect(moved.changes).toEqual([
    { kind: 'put-tombstone', tombstone: tombstone(1, 2) },
    { kind: 'remove-tombstone', tombstone: b },
  ])
})

test('a tombstone that came too late for a merge goes over to its file', () => {
  const [early, late] = [tombstone(1, 1, 2), tombstone(2, 2)]
  const moved = moveTombstones([early, late], new Set([1, 2]), ({ id }) => (id === 2 ? [9] : []))
  expect(moved.tombstones).toEqual([tombstone(2, 9)])
})
