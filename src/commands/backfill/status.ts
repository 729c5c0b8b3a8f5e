/** How far a backfill is, from its state directory; also while it runs. */

import { setTimeout as sleep } from 'node:timers/promises'
import { Flags } from '@oclif/core'
import { printStatus } from '../../cli/backfill/print-status.js'
import { openState, stateFlag } from '../../cli/backfill/state-flag.js'
import { BaseCommand } from '../../cli/base-command.js'
import type { BackfillStatus as Status } from '../../operations/backfill/backfill-status.js'

const WATCH_MS = 2000

export default class BackfillStatus extends BaseCommand {
  static override summary = 'Say how far a backfill is'
  static override description = `Reads the state directory only; neither source nor target is asked.

EXIT CODES
  0 done   2 wrong flag   6 there is no backfill in that directory`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --state ./bf',
    '<%= config.bin %> <%= command.id %> --state ./bf --watch',
  ]
  static override flags = {
    ...stateFlag,
    watch: Flags.boolean({ summary: 'Print it again every two seconds until it is done.' }),
  }

  async run() {
    const { flags } = await this.parse(BackfillStatus)
    const { statusOf } = await import('../../operations/backfill/backfill-status.js')
    const state = await openState(flags.state)
    for (;;) {
      const status = statusOf(state.readPlan(), state.readJournal())
      this.log(printStatus(status))
      if (!flags.watch || status.measurements.every(({ isDone }) => isDone)) {
        return toDocument(status)
      }
      await sleep(WATCH_MS)
    }
  }
}

function toDocument({ database, measurements, pointCount, rowCount, rejectedCount }: Status) {
  return {
    schema: 'hyperbyte.backfill.status/2',
    database,
    measurements: measurements.map((each) => ({
      retention_policy: each.retentionPolicy,
      measurement: each.measurement,
      fraction_done: each.fractionDone,
      done: each.isDone,
      points: each.pointCount,
      rejected: each.rejectedCount,
    })),
    points: pointCount,
    rows: rowCount,
    rejected: rejectedCount,
  }
}
