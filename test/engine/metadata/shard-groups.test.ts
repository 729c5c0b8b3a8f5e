import { expect, test } from 'vitest'
import { shardGroupOf } from '../../../src/engine/domain/shard-group.js'
import { ShardGroups } from '../../../src/engine/metadata/shard-groups.js'

const HOUR_NS = 3_600_000_000_000n
const HOURLY = { name: 'p', shardGroupDurationNs: HOUR_NS }
const DAILY = { name: 'p', shardGroupDurationNs: 24n * HOUR_NS }

function open(groups: ShardGroups, policy: typeof HOURLY, timeNs: bigint): void {
  groups.open('d', 'p', groups.spanAt('d', policy, timeNs))
}

const listed = (groups: ShardGroups): [number, bigint, bigint][] =>
  groups.ofPolicy('d', 'p').map(({ id, startNs, endNs }) => [id, startNs / HOUR_NS, endNs / HOUR_NS])

test('numbers are given in the order of making, lists are in the order of time', () => {
  const groups = new ShardGroups()
  open(groups, HOURLY, 5n * HOUR_NS)
  open(groups, HOURLY, 2n * HOUR_NS + 7n)
  open(groups, HOURLY, 2n * HOUR_NS)
  expect(listed(groups)).toEqual([
    [2, 2n, 3n],
    [1, 5n, 6n],
  ])
  expect(groups.spanAt('other', HOURLY, 0n)).toEqual(shardGroupOf(0n, HOUR_NS))
})

test('a group keeps its bounds, and one made under another duration leaves them out', () => {
  const groups = new ShardGroups()
  open(groups, HOURLY, 2n * HOUR_NS)
  open(groups, HOURLY, 10n * HOUR_NS)
  expect(groups.spanAt('d', DAILY, 2n * HOUR_NS + 1n)).toMatchObject({ startNs: 2n * HOUR_NS, endNs: 3n * HOUR_NS })
  for (const hour of [0n, 5n, 23n]) open(groups, DAILY, hour * HOUR_NS)
  expect(listed(groups)).toEqual([
    [3, 0n, 2n],
    [1, 2n, 3n],
    [4, 3n, 10n],
    [2, 10n, 11n],
    [5, 11n, 24n],
  ])
})

test('a number is never given twice', () => {
  const groups = new ShardGroups()
  open(groups, HOURLY, 0n)
  open(groups, HOURLY, HOUR_NS)
  expect(groups.remove(({ id }) => id === 2).map(({ id }) => id)).toEqual([2])
  expect(groups.unsaved.map(({ id }) => id)).toEqual([1])
  const again = new ShardGroups()
  again.load(groups.ofPolicy('d', 'p'), groups.lastId)
  open(again, HOURLY, HOUR_NS)
  expect(again.find(3)).toMatchObject({ startNs: HOUR_NS })
  expect(again.find(2)).toBeUndefined()
})
