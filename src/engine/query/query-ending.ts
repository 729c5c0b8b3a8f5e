/** Everything that ends a query before its time, as one signal: the client goes away, KILL QUERY, the time limit. */

import { HyperbyteError } from '../domain/errors.js'

export interface QueryEnding {
  /** Aborted with the reason of whatever came first. */
  readonly signal: AbortSignal
  /** Takes the listeners and the timer away. */
  release(): void
}

/** `timeoutMs` 0 = no limit. */
export function watchForEnd(signals: readonly AbortSignal[], timeoutMs: number): QueryEnding {
  const controller = new AbortController()
  const releases: (() => void)[] = []
  for (const signal of signals) {
    const forward = (): void => controller.abort(signal.reason)
    if (signal.aborted) forward()
    signal.addEventListener('abort', forward)
    releases.push(() => signal.removeEventListener('abort', forward))
  }
  if (timeoutMs > 0) {
    const timer = setTimeout(() => {
      controller.abort(new HyperbyteError('query-timeout', 'query-timeout limit exceeded'))
    }, timeoutMs)
    timer.unref()
    releases.push(() => clearTimeout(timer))
  }
  return {
    signal: controller.signal,
    release: () => {
      for (const release of releases) release()
    },
  }
}
