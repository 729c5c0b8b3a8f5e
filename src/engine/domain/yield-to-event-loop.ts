/** Lets other requests run between two pieces of a long answer. */

import { setImmediate } from 'node:timers/promises'
import { HyperbyteError } from './errors.js'

/** Throws `query-interrupted` when `signal` is aborted. */
export async function yieldToEventLoop(signal: AbortSignal): Promise<void> {
  await setImmediate()
  if (signal.aborted) throw new HyperbyteError('query-interrupted', 'query interrupted')
}
