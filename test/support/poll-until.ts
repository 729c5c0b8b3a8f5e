/** Waits for what another process or a timer brings about. */

import { setTimeout as sleep } from 'node:timers/promises'

/** Much more than anything takes on a busy machine, and less than a test may take. */
const WAIT_MS_MAX = 120_000
const STEP_MS = 50

/** Fails with `complaint()` when it does not come to that. */
export async function pollUntil(isSo: () => boolean | Promise<boolean>, complaint: () => string): Promise<void> {
  const deadlineMs = performance.now() + WAIT_MS_MAX
  while (!(await isSo())) {
    if (performance.now() > deadlineMs) throw new Error(`it did not come to that in time: ${complaint()}`)
    await sleep(STEP_MS)
  }
}
