/**
 * From the flags of `backfill run` to a backfill and its summary: where the plan comes from, what the state directory
 * remembers, and what is opened for how long.
 */

import { randomBytes } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { HttpClient } from '../../client/http-client.js'
import type { Target } from '../../client/target.js'
import { ask } from '../../operations/ask.js'
import { type BackfillPlan, conflictsOf, parsePlan } from '../../operations/backfill/backfill-plan.js'
import { carryPolicies, carryTheRest } from '../../operations/backfill/carry-metadata.js'
import { followSource } from '../../operations/backfill/follow-source.js'
import { followedUntilMs } from '../../operations/backfill/journal.js'
import { planBackfill } from '../../operations/backfill/plan-backfill.js'
import { parseQuietHours } from '../../operations/backfill/quiet-hours.js'
import { type RunOptions, type RunTally, runBackfill } from '../../operations/backfill/run-backfill.js'
import type { TypeChoice } from '../../operations/backfill/settle-types.js'
import { SourceGuard } from '../../operations/backfill/source-guard.js'
import { type BackfillSettings, StateDirectory } from '../../operations/backfill/state-directory.js'
import { TargetSink } from '../../operations/backfill/target-sink.js'
import { RateLimiter, SYSTEM_CLOCK } from '../../operations/rate-limiter.js'
import { RejectedLines } from '../../operations/rejected-lines.js'
import { readNamedFile } from '../connection-flags.js'
import { exitCode } from '../exit-codes.js'
import { openTarget, type TargetFlagValues } from '../open-target.js'
import { OperationError } from '../operation-error.js'
import { formatCount, formatSeconds } from '../progress/format-quantity.js'
import { type ProgressMode, ProgressReporter } from '../progress/progress-reporter.js'
import { requireFlag } from '../require-flag.js'
import { resumeCommand } from '../resume-command.js'
import { runInterruptible } from '../run-interruptible.js'
import { type SourceFlagValues, windowOf, withSource } from '../source-flags.js'
import { parseRedo } from './parse-redo.js'

/** Which part of the source. */
export interface ScopeFlagValues {
  readonly database?: string
  readonly rp?: readonly string[]
  readonly measurement?: readonly string[]
  readonly start?: bigint
  readonly end?: bigint
  readonly plan?: string
}

export interface RunFlags extends TargetFlagValues, SourceFlagValues, ScopeFlagValues {
  readonly source?: string
  readonly 'to-database'?: string
  readonly state: string
  readonly 'on-type-conflict': TypeChoice
  readonly 'errors-file'?: string
  readonly 'source-jobs': number
  readonly 'slice-points': number
  readonly rate?: number
  readonly 'max-source-load': string
  readonly 'quiet-hours'?: string
  readonly gzip: boolean
  readonly users: boolean
  readonly redo?: readonly string[]
  readonly follow: boolean
  readonly overlap: number
  readonly interval: number
  readonly progress: ProgressMode
  readonly quiet: boolean
}

export interface RunSummary {
  readonly document: Record<string, unknown>
  readonly lines: readonly string[]
  readonly exitCode: number
}

export async function runBackfillCommand(flags: RunFlags): Promise<RunSummary> {
  const state = new StateDirectory(flags.state)
  // A plan that cannot be read leaves no state directory behind.
  const named = state.hasPlan || flags.plan === undefined ? null : readPlanFile(flags.plan)
  const unlock = state.lock()
  const reporter = ProgressReporter.fromFlags(flags)
  const rejected = new RejectedLines(flags['errors-file'] ?? null)
  const startedMs = performance.now()
  try {
    return await runInterruptible(
      () => resumeCommand(process.argv.slice(2), { drop: ['--redo'] }),
      (signal) => openAndRun(flags, state, named, { reporter, rejected, startedMs, signal }),
    )
  } finally {
    reporter.finish({ rejected: rejected.count })
    rejected.close()
    unlock()
  }
}

interface Surroundings {
  readonly reporter: ProgressReporter
  readonly rejected: RejectedLines
  readonly startedMs: number
  readonly signal: AbortSignal
}

async function openAndRun(
  flags: RunFlags,
  state: StateDirectory,
  named: BackfillPlan | null,
  around: Surroundings,
): Promise<RunSummary> {
  const saved = state.hasPlan ? { plan: state.readPlan(), settings: state.readSettings() } : null
  if (saved !== null) refuseOtherScope(flags, saved.plan, state)
  const url = flags.source ?? saved?.plan.source.url ?? named?.source.url
  return await withSource(requireFlag(url, '--source URL'), flags, async (source) => {
    const plan = saved?.plan ?? named ?? (await planFromFlags(source, flags))
    const choice = saved?.settings.choice ?? flags['on-type-conflict']
    refuseConflicts(plan, choice)
    const target = saved === null ? flags : rememberedTarget(flags, saved.settings, state)
    const targetDatabase = flags['to-database'] ?? saved?.settings.targetDatabase ?? plan.source.database
    const hosts = target.host === undefined ? null : [...target.host]
    state.save(plan, { hosts, dataDir: target['data-dir'] ?? null, targetDatabase, choice })
    const opening = openPrepared(target, plan, targetDatabase)
    return await closing(opening, around, (signal) =>
      copy(flags, state, { ...around, signal }, { source, opening, plan, targetDatabase, choice }),
    )
  })
}

/** With the database and its policies. */
async function openPrepared(flags: TargetFlagValues, plan: BackfillPlan, database: string): Promise<Target> {
  const target = await openTarget(flags, { isCreated: true })
  try {
    await carryPolicies(target, plan, database)
    return target
  } catch (error) {
    await target.close()
    throw error
  }
}

/** The source is read while the target still opens; one that cannot be opened ends what runs. */
async function closing<T>(
  opening: Promise<Target>,
  { signal }: Pick<Surroundings, 'signal'>,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const failed = new AbortController()
  opening.catch((error) => failed.abort(error))
  try {
    return await run(AbortSignal.any([signal, failed.signal]))
  } finally {
    const target = await opening.catch(() => null)
    await target?.close()
  }
}

/** A backfill that goes on, goes on into the same target: half in one place and half in another would be lost on both. */
function rememberedTarget(flags: RunFlags, { hosts, dataDir }: BackfillSettings, state: StateDirectory): RunFlags {
  const isOther =
    (flags['data-dir'] !== undefined && flags['data-dir'] !== dataDir) ||
    (flags.host !== undefined && hosts !== null && flags.host.join() !== hosts.join())
  if (isOther) {
    throw new OperationError(`${state.path} belongs to a backfill into ${dataDir ?? hosts?.join(', ')}`, {
      exit: 'conflict',
      hint: 'name another directory with --state',
    })
  }
  return { ...flags, host: hosts ?? undefined, 'data-dir': dataDir ?? undefined }
}

interface Copy {
  readonly source: HttpClient
  readonly opening: Promise<Target>
  readonly plan: BackfillPlan
  readonly targetDatabase: string
  readonly choice: TypeChoice
}

async function copy(flags: RunFlags, state: StateDirectory, around: Surroundings, what: Copy): Promise<RunSummary> {
  const { source, opening, plan, targetDatabase, choice } = what
  const { reporter, rejected, signal } = around
  const journal = state.openJournal()
  try {
    for (const text of flags.redo ?? []) {
      for (const redo of await parseRedo(text, plan)) journal.append({ kind: 'redo', ...redo })
    }
    const options: RunOptions = {
      source,
      plan,
      journal,
      choice,
      jobCount: flags['source-jobs'],
      slicePointCount: flags['slice-points'],
      limiter: flags.rate === undefined ? null : new RateLimiter(flags.rate),
      guard: guardOf(source, flags, (text) => reporter.warn(text)),
      progress: reporter,
      signal,
      rejectedCount: () => rejected.count,
      openSink: async ({ retentionPolicy }) =>
        new TargetSink({
          target: await opening,
          database: targetDatabase,
          retentionPolicy,
          isCompressed: flags.gzip,
          rejected,
          signal,
        }),
      fileOf: () => undefined,
    }
    const tally = await runBackfill(options)
    await carryRest(flags, state, around, what)
    if (flags.follow) await follow(options, flags, reporter)
    return summarise('hyperbyte.backfill.run/1', tally, around)
  } finally {
    journal.close()
  }
}

/** Also what came in while nobody followed. */
async function follow(options: RunOptions, flags: RunFlags, reporter: ProgressReporter): Promise<never> {
  const fromMs = followedUntilMs(options.journal.entries) ?? Date.parse(options.plan.plannedAt)
  const seconds = Math.round(flags.interval / 1000)
  reporter.note(`the history is copied; following every ${seconds} s what comes in, until Ctrl-C`)
  const { overlap: overlapMs, interval: intervalMs } = flags
  return await followSource({ ...options, overlapMs, intervalMs, fromMs, nowMs: Date.now })
}

async function carryRest(
  flags: RunFlags,
  state: StateDirectory,
  { reporter }: Surroundings,
  what: Copy,
): Promise<void> {
  const users = await carryTheRest(await what.opening, what.plan, {
    database: what.targetDatabase,
    areUsersCarried: flags.users,
    makePassword: () => randomBytes(18).toString('base64url'),
    onWarning: (text) => reporter.warn(text),
  })
  if (users.length === 0) return
  const path = join(state.path, 'new-passwords')
  writeFileSync(path, users.map(({ name, password }) => `${name}\t${password}\n`).join(''), { mode: 0o600, flag: 'a' })
  reporter.warn(`${users.length} users have new passwords: ${path}`)
}

export function summarise(
  schema: string,
  tally: RunTally,
  { rejected, startedMs }: Pick<Surroundings, 'rejected' | 'startedMs'>,
): RunSummary {
  const seconds = (performance.now() - startedMs) / 1000
  const rate = Math.round(tally.pointCount / seconds)
  const lines = [
    `copied ${formatCount(tally.pointCount)} points in ${formatCount(tally.rowCount)} rows, ${tally.sliceCount} slices` +
      `${tally.splitCount === 0 ? '' : `, ${tally.splitCount} times halved`}, ${formatSeconds(seconds)}, ${formatCount(rate)} points/s`,
    ...rejected.reasons.map(({ reason, count }) => `rejected ${count}: ${reason}`),
  ]
  return {
    lines,
    exitCode: rejected.count > 0 ? exitCode('partial') : 0,
    document: {
      schema,
      points: tally.pointCount,
      rows: tally.rowCount,
      slices: tally.sliceCount,
      slices_halved: tally.splitCount,
      rejected: rejected.count,
      rejected_by_reason: rejected.reasons,
      elapsed_s: Number(seconds.toFixed(3)),
      points_per_s: rate,
    },
  }
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

function refuseConflicts(plan: BackfillPlan, choice: TypeChoice): void {
  const conflicts = conflictsOf(plan)
  if (choice !== 'fail' || conflicts.length === 0) return
  const [{ place, types }] = conflicts
  const more = conflicts.length === 1 ? '' : `, and ${conflicts.length - 1} more`
  throw new OperationError(`${place} has several types (${types.join(', ')})${more}`, {
    exit: 'conflict',
    hint: '--on-type-conflict keep copies each shard group as it is; float, suffix and skip settle it',
  })
}

export function guardOf(
  source: HttpClient,
  flags: { readonly 'max-source-load': string; readonly 'quiet-hours'?: string },
  onWait: (text: string) => void,
): SourceGuard {
  const loadMax = Number(flags['max-source-load'])
  const text = flags['quiet-hours']
  const quietHours = text === undefined ? null : parseQuietHours(text)
  if (!(loadMax >= 0))
    throw new OperationError(`--max-source-load ${flags['max-source-load']} is no factor`, { exit: 'usage' })
  if (text !== undefined && quietHours === null) {
    throw new OperationError(`--quiet-hours ${text} is no span of hours`, {
      exit: 'usage',
      hint: '--quiet-hours 08:00-18:00',
    })
  }
  const probe = async () => {
    await ask(source, 'SHOW DATABASES')
  }
  return new SourceGuard({ probe, loadMax, quietHours, clock: SYSTEM_CLOCK, nowDate: () => new Date(), onWait })
}
