/** A plan with an estimate of its size: counts of one shard group in the middle of each measurement's time, times the rest. */

import { ClientError } from '../../client/client-error.js'
import type { HttpClient } from '../../client/http-client.js'
import { ask } from '../ask.js'
import type { BackfillPlan, PlannedMeasurement, PlannedRange } from './backfill-plan.js'
import { type DiscoverOptions, discoverSource } from './discover-source.js'
import { selectCountsText } from './influxql-text.js'

export interface PlanOptions extends Omit<DiscoverOptions, 'version' | 'nowMs'> {
  readonly isEstimated: boolean
}

/** Counting reads the source; a rough number is not worth more. */
const ESTIMATE_MS_MAX = 20_000

export async function planBackfill(source: HttpClient, options: PlanOptions): Promise<BackfillPlan> {
  const nowMs = Date.now()
  const { version } = await source.ping()
  const plan = await discoverSource(source, { ...options, version, nowMs })
  if (!options.isEstimated) return plan
  return { ...plan, estimatedPointCount: await estimate(source, plan) }
}

async function estimate(source: HttpClient, plan: BackfillPlan): Promise<number | null> {
  const deadlineMs = performance.now() + ESTIMATE_MS_MAX
  let sum = 0
  let countedCount = 0
  for (const measurement of plan.measurements) {
    if (performance.now() > deadlineMs) break
    const { ranges } = plan.policies.find(({ name }) => name === measurement.retentionPolicy)!
    const range = ranges[ranges.length >> 1]
    if (range !== undefined) sum += (await countValues(source, plan, measurement, range)) * ranges.length
    countedCount++
  }
  return countedCount === 0 ? null : Math.round((sum / countedCount) * plan.measurements.length)
}

/** 0 when the source does not want to count. */
async function countValues(
  source: HttpClient,
  plan: BackfillPlan,
  { retentionPolicy, name, fields }: PlannedMeasurement,
  { startNs, endNs }: PlannedRange,
): Promise<number> {
  const text = selectCountsText({
    retentionPolicy,
    measurement: name,
    fields: fields.map((field) => field.name),
    range: { startNs: BigInt(startNs), endNs: BigInt(endNs) },
  })
  try {
    const [row] = await ask(source, text, plan.source.database)
    if (row === undefined) return 0
    return Object.entries(row.values).reduce(
      (sum, [column, value]) => (column === 'time' ? sum : sum + Number(value)),
      0,
    )
  } catch (error) {
    if (!(error instanceof ClientError)) throw error
    return 0
  }
}
