import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { SHARD_GROUP_END_NS_MAX, shardGroupOf } from '../../../src/engine/domain/shard-group.js'

interface RecordedGroup {
  readonly time: string
  readonly durationHours: number
  /** Seconds since the epoch, as influxd prints them without fractions. */
  readonly start: number
  readonly end: number
}

const recorded: RecordedGroup[] = JSON.parse(readFileSync('test/golden/shard-groups.json', 'utf8'))

test('shard groups begin and end where a real influxd puts them', () => {
  expect(recorded.length).toBeGreaterThan(50)
  for (const { time, durationHours, start, end } of recorded) {
    const group = shardGroupOf(BigInt(time), BigInt(durationHours) * 3_600_000_000_000n)
    expect(group.startNs, `${time} in groups of ${durationHours}h`).toBe(BigInt(start) * 1_000_000_000n)
    expect(group.endNs / 1_000_000_000n, `${time} in groups of ${durationHours}h`).toBe(BigInt(end))
  }
})

test('the last group ends with time itself', () => {
  expect(shardGroupOf(9223372036854775806n, 604_800_000_000_000n).endNs).toBe(SHARD_GROUP_END_NS_MAX)
})
