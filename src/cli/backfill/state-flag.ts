/** `--state DIR`: the state directory of a backfill that has begun. */

import { Flags } from '@oclif/core'
import type { StateDirectory } from '../../operations/backfill/state-directory.js'
import { OperationError } from '../operation-error.js'

export const stateFlag = {
  state: Flags.string({
    default: './hyperbyte-backfill',
    helpValue: 'DIR',
    summary: 'State directory of the backfill.',
  }),
}

export async function openState(path: string): Promise<StateDirectory> {
  const { StateDirectory } = await import('../../operations/backfill/state-directory.js')
  const state = new StateDirectory(path)
  if (state.hasPlan) return state
  throw new OperationError(`there is no backfill in ${path}`, { exit: 'missing', hint: 'name it with --state DIR' })
}
