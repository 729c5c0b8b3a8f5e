/** How far a backfill is, from its state directory; also while it runs. */

import { setTimeout as sleep } from 'node:timers/promises'
import { Flags } from '@oclif/core'
import { printStatus } from '../../cli/backfill/print-status.js'
import { BaseCommand } from '../../cli/base-command.js'
import { OperationError } from '../../cli/operation-error.js'

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
    state: Flags.string({
      default: './hyperbyte-backfill',
      helpValue: 'DIR',
      summary: 'State directory of the backfill.',
    }),
    watch: Flags.boolean({ summary: 'Print it again every two seconds until it is done.' }),
  }

  async run() {
    const { flags } = await this.parse(BackfillStatus)
    const { StateDirectory } = await import('../../operations/backfill/state-directory.js')
    const { statusOf } = await import('../../operations/backfill/backfill-status.js')
    const state = new StateDirectory(flags.state)
    if (!state.hasPlan) {
      throw new OperationError(`there is no backfill in ${flags.state}`, {
        exit: 'missing',
        hint: 'name it with --state DIR',
      })
    }
    for (;;) {
      const status = statusOf(state.readPlan(), state.readJournal())
      this.log(printStatus(status))
      if (!flags.watch || status.measurements.every(({ isDone }) => isDone)) {
        return { schema: 'hyperbyte.backfill.status/1', ...status }
      }
      await sleep(WATCH_MS)
    }
  }
}
