/**
 * Which part of a source a backfill or a dump is about: from flags, from a file that `backfill plan` has saved, or from a
 * state directory, to which the flags must then not say otherwise.
 */

import { existsSync } from 'node:fs'
import type { HttpClient } from '../../client/http-client.js'
import { type BackfillPlan, parsePlan } from '../../operations/backfill/backfill-plan.js'
import { planBackfill } from '../../operations/backfill/plan-backfill.js'
import type { StateDirectory } from '../../operations/backfill/state-directory.js'
import { readNamedFile } from '../connection-flags.js'
import { OperationError } from '../operation-error.js'
import { requireFlag } from '../require-flag.js'
import { windowOf } from '../source-flags.js'

export interface ScopeFlagValues {
  readonly database?: string
  readonly rp?: readonly string[]
  readonly measurement?: readonly string[]
  readonly start?: bigint
  readonly end?: bigint
  readonly plan?: string
}

export async function planFromFlags(source: HttpClient, flags: ScopeFlagValues): Promise<BackfillPlan> {
  return await planBackfill(source, {
    database: requireFlag(flags.database, '--database NAME'),
    retentionPolicies: flags.rp ?? [],
    measurements: flags.measurement ?? [],
    window: windowOf(flags),
    isEstimated: false,
  })
}

export function readPlanFile(path: string): BackfillPlan {
  try {
    return parsePlan(readNamedFile(path))
  } catch (cause) {
    if (cause instanceof OperationError) throw cause
    throw new OperationError(`${path} is no plan: ${(cause as Error).message}`, { exit: 'usage', cause })
  }
}

/** A state directory belongs to one backfill: another database or plan in it would be half done. */
export function refuseOtherScope(flags: ScopeFlagValues, saved: BackfillPlan, state: StateDirectory): void {
  const isOther =
    (flags.database !== undefined && flags.database !== saved.source.database) ||
    (flags.plan !== undefined &&
      existsSync(flags.plan) &&
      readPlanFile(flags.plan).source.database !== saved.source.database)
  if (!isOther) return
  throw new OperationError(`${state.path} belongs to a backfill of ${saved.source.database}`, {
    exit: 'conflict',
    hint: 'name another directory with --state',
  })
}
