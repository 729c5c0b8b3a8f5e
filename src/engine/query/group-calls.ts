/** What the calls of a plan make of one group, and the times they put on it. */

import { TIMESTAMP_NS_MIN } from '../domain/time-range.js'
import type { Series } from './operators/rows.js'
import type { SelectPlan } from './select-plan.js'

export interface GroupCalls {
  /** The measurement. */
  readonly name: string
  /** Values of the GROUP BY tags, in bytewise order of the keys. */
  readonly values: readonly string[]
  /** One for each call. */
  readonly series: readonly Series[]
}

/** A lone selector without GROUP BY time answers with the time of its point. */
export function keepsTime(plan: SelectPlan): boolean {
  return plan.isLoneSelector && plan.window === null
}

/** Without GROUP BY time an aggregate is stamped with the lower time bound, or 0. */
export function aggregateTime(startNs: bigint): bigint {
  return startNs <= TIMESTAMP_NS_MIN ? 0n : startNs
}
