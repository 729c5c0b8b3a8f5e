/** What every route may use: one object per server, made when it starts. */

import type { Registry } from 'prom-client'
import type { Engine, EngineLog } from '../../engine/index.js'
import type { ServerActivity } from '../activity/server-activity.js'
import type { MergeJobs } from '../debug/merge-jobs.js'
import type { FaultBoard } from '../faults/fault-board.js'
import type { RequestMetrics } from '../metrics/request-metrics.js'
import type { ServerStatus } from '../status/server-status.js'
import type { Authenticator } from './auth/authenticator.js'
import type { CheckpointSessions } from './checkpoint-sessions.js'
import type { ClientProfiles } from './client-profiles.js'
import type { HttpSettings } from './http-settings.js'
import type { BodyBudget, BodyBuffers } from './read-body.js'
import type { WriteThrottle } from './write-throttle.js'

export interface ServerContext {
  readonly engine: Engine
  readonly settings: HttpSettings
  readonly log: EngineLog
  readonly authenticator: Authenticator
  readonly bodyBudget: BodyBudget
  readonly bodyBuffers: BodyBuffers
  readonly writeThrottle: WriteThrottle
  readonly metrics: RequestMetrics
  readonly registry: Registry
  readonly checkpoints: CheckpointSessions
  readonly clientProfiles: ClientProfiles
  readonly activity: ServerActivity
  readonly mergeJobs: MergeJobs
  readonly status: ServerStatus
  /** Null in any server that was not started for them. */
  readonly faults: FaultBoard | null
  readonly startedAtMs: number
  readonly nowNs: () => bigint
  /** Queries that a closing server may cut off. */
  readonly runningQueries: Set<AbortController>
}
