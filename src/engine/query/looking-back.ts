import { TIMESTAMP_NS_MIN, type TimeRange } from '../domain/time-range.js'
import type { SelectPlan } from './select-plan.js'

/** The plan's range and `bucketCount` buckets before it, or after it when time runs backwards. */
export function lookingBack(
  { range, window, isDescending }: Pick<SelectPlan, 'range' | 'window' | 'isDescending'>,
  bucketCount: number,
): TimeRange {
  if (window === null || bucketCount === 0) return range
  const { startNs, endNs } = range
  const widthNs = window.intervalNs * BigInt(bucketCount)
  if (isDescending) return { startNs, endNs: endNs + widthNs }
  return startNs <= TIMESTAMP_NS_MIN ? range : { startNs: startNs - widthNs, endNs }
}
