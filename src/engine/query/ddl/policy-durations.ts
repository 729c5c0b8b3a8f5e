/**
 * How long a retention policy keeps points and how much time one of its shard groups covers: the defaults and bounds
 * of InfluxDB, measured on influxd 1.6.7. Zero keeps for ever.
 */

import { HyperbyteError } from '../../domain/errors.js'

const HOUR_NS = 3_600_000_000_000n
const DAY_NS = 24n * HOUR_NS
const DURATION_NS_MIN = HOUR_NS

/** The length that a shard group really gets; `askedNs` 0 = choose by the policy's duration. */
export function shardGroupDurationNs(askedNs: bigint, durationNs: bigint): bigint {
  if (askedNs === 0n) return defaultShardGroupDurationNs(durationNs)
  return askedNs < HOUR_NS ? HOUR_NS : askedNs
}

function defaultShardGroupDurationNs(durationNs: bigint): bigint {
  if (durationNs === 0n || durationNs >= 180n * DAY_NS) return 7n * DAY_NS
  return durationNs >= 2n * DAY_NS ? DAY_NS : HOUR_NS
}

/** Throws `invalid` with InfluxDB's words. */
export function checkDuration(durationNs: bigint | null): void {
  if (durationNs !== null && durationNs !== 0n && durationNs < DURATION_NS_MIN) {
    throw new HyperbyteError('invalid', 'retention policy duration must be at least 1h0m0s')
  }
}

export function checkCompatible(policy: { readonly durationNs: bigint; readonly shardGroupDurationNs: bigint }): void {
  if (policy.durationNs > 0n && policy.durationNs < policy.shardGroupDurationNs) {
    throw new HyperbyteError('invalid', 'retention policy duration must be greater than the shard duration')
  }
}
