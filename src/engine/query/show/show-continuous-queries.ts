/** SHOW CONTINUOUS QUERIES: one series for each database, empty as long as no continuous query can be created. */

import type { MetaState } from '../../metadata/meta-state.js'
import type { SeriesFrame } from '../result.js'
import { listFrame, textColumn } from '../text-frame.js'

export function* showContinuousQueries(state: MetaState): Iterable<SeriesFrame> {
  for (const name of state.databases.keys()) {
    yield listFrame(name, [textColumn('name', []), textColumn('query', [])])
  }
}
