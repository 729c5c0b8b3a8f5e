/** SHOW SUBSCRIPTIONS: a series for each database that has some, by policy in order of creation. */

import type { Database, MetaState } from '../../metadata/meta-state.js'
import type { SeriesFrame } from '../result.js'
import { listFrame, textColumn } from '../text-frame.js'

export function* showSubscriptions(state: MetaState): Iterable<SeriesFrame> {
  for (const database of state.databases.values()) {
    const subscriptions = inOrderOfPolicies(database)
    if (subscriptions.length === 0) continue
    yield listFrame(database.name, [
      textColumn(
        'retention_policy',
        subscriptions.map(({ retentionPolicy }) => retentionPolicy),
      ),
      textColumn(
        'name',
        subscriptions.map(({ name }) => name),
      ),
      textColumn(
        'mode',
        subscriptions.map(({ mode }) => mode),
      ),
      {
        ...textColumn(
          'destinations',
          subscriptions.map(({ destinations }) => destinations.join('\n')),
        ),
        isList: true,
      },
    ])
  }
}

function inOrderOfPolicies({ retentionPolicies, subscriptions = [] }: Database) {
  return retentionPolicies.flatMap(({ name }) =>
    subscriptions.filter(({ retentionPolicy }) => retentionPolicy === name),
  )
}
