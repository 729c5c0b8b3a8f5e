/** What documents are made of, and how their parameters are read: texts, as they come in a URL. */

import type { DebugParams } from '../../client/debug-documents.js'
import { type Engine, HyperbyteError, type TableName } from '../../engine/index.js'
import type { ServerActivity } from '../activity/server-activity.js'
import type { MergeJobs } from './merge-jobs.js'

export interface DocumentContext {
  readonly engine: Engine
  readonly nowNs: () => bigint
  /** Null when the engine was opened only to be looked at. */
  readonly startedAtMs: number | null
  readonly signal: AbortSignal
  readonly mergeJobs: MergeJobs
  /** Null when there is no server. */
  readonly server: {
    readonly activity: ServerActivity
    readonly configurationText: string
    readonly backupAgeMsMax: number | null
  } | null
}

/** Digits, '0' when absent. */
export function numberParam(params: DebugParams, name: string): string {
  const text = params[name] ?? '0'
  if (/^\d{1,18}$/.test(text)) return text
  throw new HyperbyteError('invalid', `${name}=${text} is no number`)
}

/** Nanoseconds since 1970, null when absent. */
export function timeParam(params: DebugParams, name: string): bigint | null {
  const text = params[name]
  if (text === undefined) return null
  if (/^-?\d{1,19}$/.test(text)) return BigInt(text)
  throw new HyperbyteError('invalid', `${name}=${text} is no time in nanoseconds`)
}

/** Tables by `db`, `rp`, `measurement`; what is absent lets everything through. */
export function tableFilter({ db, rp, measurement }: DebugParams): (table: TableName) => boolean {
  return (table) =>
    (db === undefined || table.database === db) &&
    (rp === undefined || table.retentionPolicy === rp) &&
    (measurement === undefined || table.measurement === measurement)
}
