/**
 * SHOW SHARDS: per database, policy by policy, the shards in order of time. SHOW SHARD GROUPS: the same of all databases as
 * one list. Without other nodes a shard has no owners, as in InfluxDB.
 */

import { floorToInterval } from '../../domain/time-range.js'
import { formatTime } from '../../influxql/print-expr.js'
import type { ShardGroup } from '../../metadata/shard-groups.js'
import type { Catalog } from '../catalog.js'
import type { ResultColumn, SeriesFrame } from '../result.js'
import { integerColumn, listFrame, textColumn } from '../text-frame.js'

interface ShownGroup extends ShardGroup {
  /** When its data goes; the end itself where it is kept for ever. */
  readonly expiryNs: bigint
}

export function* showShards(catalog: Catalog): Iterable<SeriesFrame> {
  for (const database of catalog.meta.databases.keys()) {
    const groups = groupsOf(catalog, database)
    const [id, ...rest] = sharedColumns(groups)
    const [databases, policies, ...times] = rest
    const group = integerColumn('shard_group', numbersOf(groups))
    const owners = textColumn(
      'owners',
      groups.map(() => ''),
    )
    yield listFrame(database, [id, databases, policies, group, ...times, owners])
  }
}

export function* showShardGroups(catalog: Catalog): Iterable<SeriesFrame> {
  const groups = [...catalog.meta.databases.keys()].flatMap((database) => groupsOf(catalog, database))
  yield listFrame('shard groups', sharedColumns(groups))
}

function groupsOf(catalog: Catalog, database: string): ShownGroup[] {
  const policies = catalog.database(database)?.retentionPolicies ?? []
  return policies.flatMap(({ name, durationNs }) =>
    catalog.shardGroups(database, name).map((group) => ({ ...group, expiryNs: group.endNs + durationNs })),
  )
}

function sharedColumns(groups: readonly ShownGroup[]): ResultColumn[] {
  return [
    integerColumn('id', numbersOf(groups)),
    textColumn(
      'database',
      groups.map(({ database }) => database),
    ),
    textColumn(
      'retention_policy',
      groups.map(({ retentionPolicy }) => retentionPolicy),
    ),
    secondsColumn(
      'start_time',
      groups.map(({ startNs }) => startNs),
    ),
    secondsColumn(
      'end_time',
      groups.map(({ endNs }) => endNs),
    ),
    secondsColumn(
      'expiry_time',
      groups.map(({ expiryNs }) => expiryNs),
    ),
  ]
}

function numbersOf(groups: readonly ShownGroup[]): bigint[] {
  return groups.map(({ id }) => BigInt(id))
}

function secondsColumn(name: string, times: readonly bigint[]): ResultColumn {
  return textColumn(
    name,
    times.map((ns) => formatTime(floorToInterval(ns, 1_000_000_000n))),
  )
}
