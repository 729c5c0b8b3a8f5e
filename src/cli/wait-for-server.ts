/** Asks again and again until a server is there, or is ready, or the time is over. */

import { setTimeout as sleep } from 'node:timers/promises'
import { ClientError } from '../client/client-error.js'
import type { HttpClient } from '../client/http-client.js'

const RETRY_MS = 200

export interface WaitOptions {
  /** Takes writes and queries, rather than only runs. */
  readonly isReadyWanted: boolean
  readonly waitMs: number
}

/** Fails with the last refusal. */
export async function waitForServer(client: HttpClient, { isReadyWanted, waitMs }: WaitOptions): Promise<void> {
  const deadlineMs = performance.now() + waitMs
  for (;;) {
    try {
      await (isReadyWanted ? client.checkReady() : client.ping())
      return
    } catch (error) {
      const isWorthWaiting = error instanceof ClientError && error.kind === 'unreachable'
      if (!isWorthWaiting || performance.now() + RETRY_MS > deadlineMs) throw error
      await sleep(RETRY_MS)
    }
  }
}
