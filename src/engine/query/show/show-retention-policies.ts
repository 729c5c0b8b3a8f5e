/** SHOW RETENTION POLICIES: in order of creation, with the columns of InfluxDB 1.8. */

import { formatGoDuration } from '../../influxql/duration.js'
import type { Catalog } from '../catalog.js'
import type { SeriesFrame } from '../result.js'
import { booleanColumn, integerColumn, listFrame, textColumn } from '../text-frame.js'
import { requireDatabase } from './require-database.js'

export function* showRetentionPolicies(name: string, context: { readonly catalog: Catalog }): Iterable<SeriesFrame> {
  const { retentionPolicies, defaultRetentionPolicy } = requireDatabase(context.catalog, name)
  const policies = [...retentionPolicies]
  yield listFrame('', [
    textColumn(
      'name',
      policies.map((policy) => policy.name),
    ),
    textColumn(
      'duration',
      policies.map((policy) => formatGoDuration(policy.durationNs)),
    ),
    textColumn(
      'shardGroupDuration',
      policies.map((policy) => formatGoDuration(policy.shardGroupDurationNs)),
    ),
    integerColumn(
      'replicaN',
      policies.map((policy) => BigInt(policy.replication)),
    ),
    booleanColumn(
      'default',
      policies.map((policy) => policy.name === defaultRetentionPolicy),
    ),
  ])
}
