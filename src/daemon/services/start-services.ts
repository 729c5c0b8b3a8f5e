/** What runs beside the HTTP server, as the configuration has it. */

import type { Engine, EngineLog } from '../../engine/index.js'
import type { ConfigValues } from '../config/option-table.js'
import { serverDiagnostics } from '../metrics/server-diagnostics.js'
import { toSubscriptionSettings } from '../subscription-options.js'
import { createSystemClock } from '../system-clock.js'
import { type RunningService, startContinuousQueryService } from './continuous-query-service.js'
import { SubscriptionService } from './subscriptions/subscription-service.js'

export function startServices(engine: Engine, values: ConfigValues, log: EngineLog): RunningService {
  const services: RunningService[] = []
  const { reports } = engine
  const startedAtMs = Date.now()
  reports.add({ diagnostics: () => serverDiagnostics(values, { startedAtMs, nowMs: Date.now() }) })
  if (values['subscriber.enabled']) {
    const subscriptions = new SubscriptionService(engine, toSubscriptionSettings(values), log)
    reports.add(subscriptions)
    services.push(subscriptions)
  }
  if (values['continuous_queries.enabled']) {
    const intervalMs = values['continuous_queries.run-interval']
    const runner = engine.continuousQueries
    services.push(startContinuousQueryService({ runner, intervalMs, nowNs: createSystemClock(), log }))
  }
  return {
    close: async () => {
      for (const service of services.splice(0).reverse()) await service.close()
    },
  }
}
