/** The dashboard without a screen: two samples one refresh apart make the rates of one picture, and each more makes another. */

import { setTimeout as sleep } from 'node:timers/promises'
import { toSnakeNames } from '../../client/read-shape.js'
import { step } from '../model/step.js'
import type { TopState } from '../model/top-state.js'
import type { Recorder } from '../source/recording.js'
import type { SampleSource } from '../source/sample-source.js'

export const TOP_SCHEMA = 'hyperbyte.top/1'

const WAIT_MS_MIN = 5000
/** A server whose clock stands still has no rates. */
const SAMPLE_COUNT_MAX = 10

/** A state for each refresh, from the second sample on. Throws `ClientError`. */
export async function* measure(
  start: TopState,
  source: SampleSource,
  recorder: Recorder | null,
): AsyncGenerator<TopState> {
  const { refreshMs } = start.settings
  let state = start
  for (let count = 0; ; count++) {
    const startedMs = performance.now()
    const heard = await source.sample(Math.max(WAIT_MS_MIN, refreshMs))
    recorder?.record(heard.sample)
    state = step(state, { kind: 'sample', ...heard, nowMs: Date.now() }).state
    // Asked twice within its second, a server gives the same sample.
    if (count > 0 && (state.rates !== null || count > SAMPLE_COUNT_MAX)) yield state
    await sleep(Math.max(0, refreshMs - (performance.now() - startedMs)))
  }
}

/** The sample, its rates, and what follows from both. */
export function toDocument({ sample, rates, health, attention, connection }: TopState): Record<string, unknown> {
  const document = {
    schema: TOP_SCHEMA,
    time: sample?.time ?? '',
    host: connection.host,
    health,
    attention: attention.map(({ id, severity, text, view }) => ({ id, severity, text, view })),
    rates: {
      intervalSeconds: rates?.intervalSeconds ?? null,
      total: rates?.total ?? null,
      nodes: [...(rates?.nodes ?? [])].map(([id, node]) => ({ id, ...node })),
      databases: [...(rates?.databases ?? [])].map(([name, points]) => ({ name, points })),
    },
    sample,
  }
  return toSnakeNames(document) as Record<string, unknown>
}
