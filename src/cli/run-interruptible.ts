/**
 * Ctrl-C in long commands. The first asks the operation to stop where its state is whole; the command then prints how to
 * go on and ends with 130 (143 after SIGTERM). The second ends the process at once: state is written so that this too can be continued.
 *
 *   return await runInterruptible(() => `hyperbyte backfill run --state ${dir}`, (signal) => operation({ signal, … }))
 */

import { constants } from 'node:os'
import { type InterruptingSignal, Interruption } from '../operations/interruption.js'
import { talk } from './talk/talk.js'

/** `resume` is asked when the operation has stopped; null: there is nothing to continue. */
export async function runInterruptible<T>(
  resume: () => string | null,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  const interrupt = (name: NodeJS.Signals) => {
    const signal = name as InterruptingSignal
    if (controller.signal.aborted) process.exit(128 + constants.signals[signal])
    talk.note('\nstopping; again to stop at once')
    controller.abort(new Interruption(signal))
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  try {
    return await run(controller.signal)
  } catch (error) {
    // Whatever an operation throws once it was told to stop, it was told to stop.
    if (!controller.signal.aborted) throw error
    const { signal } = controller.signal.reason as Interruption
    throw new Interruption(signal, resume())
  } finally {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
  }
}
