/** A plan on one screen. Pure text. */

import { type BackfillPlan, conflictsOf, sliceCountOf } from '../../operations/backfill/backfill-plan.js'
import { formatCount } from '../progress/format-quantity.js'

const SHOWN_MAX = 5

export function printPlan(plan: BackfillPlan): string {
  const { source, policies, measurements, continuousQueries, users, subscriptions, warnings } = plan
  const fieldCount = measurements.reduce((sum, { fields }) => sum + fields.length, 0)
  const conflicts = conflictsOf(plan)
  const rangeCount = policies.reduce((sum, { ranges }) => sum + ranges.length, 0)
  const lines = [
    `source  InfluxDB ${source.version}   ${source.database}   ${count(policies.length, 'policy', 'policies')} · ${count(measurements.length, 'measurement')} · ${count(fieldCount, 'field')}`,
    `carry   ${count(policies.length, 'policy', 'policies')}   ${count(continuousQueries.length, 'continuous query', 'continuous queries')}   ${count(users.length, 'user')}${users.length > 0 ? ' (use --users)' : ''}`,
  ]
  if (subscriptions.length > 0) lines.push(`leave   subscriptions ${list(subscriptions)}`)
  if (conflicts.length > 0) {
    const places = list(conflicts.map(({ place, types }) => `${place} (${types.join(', ')})`))
    const verb = conflicts.length === 1 ? 'field has' : 'fields have'
    lines.push(
      `types   ${conflicts.length} ${verb} several types: ${places} → --on-type-conflict keep|float|suffix|skip`,
    )
  }
  const estimate = plan.estimatedPointCount === null ? '' : `   about ${formatCount(plan.estimatedPointCount)} points`
  const split = `${count(measurements.length, 'measurement')} in ${count(rangeCount, 'shard group')}`
  lines.push(`slices  ${sliceCountOf(plan)}  (${split})${estimate}`)
  for (const warning of warnings) lines.push(`warning ${warning}`)
  return lines.join('\n')
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`
}

function list(names: readonly string[]): string {
  const more = names.length > SHOWN_MAX ? ` and ${names.length - SHOWN_MAX} more` : ''
  return names.slice(0, SHOWN_MAX).join(', ') + more
}
