/**
 * Looks every now and then whether continuous queries are due, and lets the engine run them. One look at a time: a run
 * that takes longer than the interval delays the next one.
 */

import type { ContinuousQueryRunner, EngineLog } from '../../engine/index.js'

export interface ContinuousQueryServiceParts {
  readonly runner: ContinuousQueryRunner
  readonly intervalMs: number
  readonly nowNs: () => bigint
  readonly log: EngineLog
}

export interface RunningService {
  /** Ends what is running; idempotent. */
  close(): Promise<void>
}

export function startContinuousQueryService(parts: ContinuousQueryServiceParts): RunningService {
  const { runner, intervalMs, nowNs, log } = parts
  const controller = new AbortController()
  let running: Promise<void> = Promise.resolve()
  let timer = setTimeout(look, intervalMs)

  function look(): void {
    running = runner
      .runDue(nowNs(), controller.signal)
      .catch((error) => log.error('continuous queries could not run', { error }))
      .then(() => {
        if (!controller.signal.aborted) timer = setTimeout(look, intervalMs)
      })
  }

  return {
    close: async () => {
      clearTimeout(timer)
      controller.abort(new Error('server is shutting down'))
      await running
    },
  }
}
