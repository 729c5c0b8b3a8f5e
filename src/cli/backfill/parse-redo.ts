/** `--redo cpu`, `--redo cpu@2026-01-01..2026-02-01` → what the journal forgets. */

import type { BackfillPlan } from '../../operations/backfill/backfill-plan.js'
import type { Slice } from '../../operations/backfill/work-list.js'
import { OperationError } from '../operation-error.js'
import { parseTimeFlag } from '../parse-time-flag.js'
import { windowOf } from '../source-flags.js'

/** One for each policy that has the measurement. */
export async function parseRedo(text: string, plan: BackfillPlan): Promise<Slice[]> {
  const at = text.lastIndexOf('@')
  const measurement = at === -1 ? text : text.slice(0, at)
  const [start, end] = at === -1 ? [] : text.slice(at + 1).split('..')
  const window = windowOf({
    ...(start && { start: await parseTimeFlag(start) }),
    ...(end && { end: await parseTimeFlag(end) }),
  })
  const planned = plan.measurements.filter(({ name }) => name === measurement)
  if (planned.length === 0) {
    throw new OperationError(`the plan has no measurement ${measurement}`, {
      exit: 'missing',
      hint: '--redo MEASUREMENT or --redo MEASUREMENT@START..END',
    })
  }
  return planned.map(({ retentionPolicy }) => ({ retentionPolicy, measurement, ...window }))
}
