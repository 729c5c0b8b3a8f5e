/** A request again after a while when the server says "not now" or is away for a moment. */

import { ClientError } from '../client/client-error.js'
import { sleepUnlessAborted } from './rate-limiter.js'

/** A restart of a server takes seconds; a minute and a half in all. */
const WAITS_MS = [250, 500, 1000, 2000, 4000, 8000, 15_000, 30_000, 30_000] as const

/** Throws what the last try threw, and anything but `unreachable` at once. */
export async function retryBusy<T>(run: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (const waitMs of WAITS_MS) {
    try {
      return await run()
    } catch (error) {
      if (signal.aborted) throw signal.reason
      if (!isBusy(error)) throw error
      await sleepUnlessAborted(waitMs, signal)
    }
  }
  return await run()
}

function isBusy(error: unknown): boolean {
  if (error instanceof ClientError) return error.kind === 'unreachable'
  // The engine in this process: memory is full until a flush has ended.
  return (error as { code?: string }).code === 'unavailable'
}
