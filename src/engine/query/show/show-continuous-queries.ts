/** SHOW CONTINUOUS QUERIES: one series for each database, empty where there are none. */

import type { MetaState } from '../../metadata/meta-state.js'
import type { SeriesFrame } from '../result.js'
import { listFrame, textColumn } from '../text-frame.js'

export function* showContinuousQueries(state: MetaState): Iterable<SeriesFrame> {
  for (const { name, continuousQueries = [] } of state.databases.values()) {
    yield listFrame(name, [
      textColumn(
        'name',
        continuousQueries.map((query) => query.name),
      ),
      textColumn(
        'query',
        continuousQueries.map((query) => query.text),
      ),
    ])
  }
}
