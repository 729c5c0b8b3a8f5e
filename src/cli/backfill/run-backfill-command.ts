/**
 * From the flags of `backfill run` to a backfill and its summary: where the plan comes from, what the state directory
 * remembers, and what is opened for how long.
 */

import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { HttpClient } from '../../client/http-client.js'
import type { Target } from '../../client/target.js'
import { type BackfillPlan, conflictsOf } from '../../operations/backfill/backfill-plan.js'
import { carryPolicies, carryTheRest } from '../../operations/backfill/carry-metadata.js'
import { followSource } from '../../operations/backfill/follow-source.js'
import { followedUntilMs } from '../../operations/backfill/journal.js'
import { type RunOptions, runBackfill } from '../../operations/backfill/run-backfill.js'
import type { TypeChoice } from '../../operations/backfill/settle-types.js'
import { type BackfillSettings, StateDirectory } from '../../operations/backfill/state-directory.js'
import { TargetSink } from '../../operations/backfill/target-sink.js'
import { openTarget, type TargetFlagValues } from '../open-target.js'
import { OperationError } from '../operation-error.js'
import type { OperationSummary } from '../operation-summary.js'
import type { ProgressMode, ProgressReporter } from '../progress/progress-reporter.js'
import { requireFlag } from '../require-flag.js'
import { resumeCommand } from '../resume-command.js'
import { type SourceFlagValues, withSource } from '../source-flags.js'
import { parseRedo } from './parse-redo.js'
import { planFromFlags, readPlanFile, refuseOtherScope, type ScopeFlagValues } from './plan-from-flags.js'
import { type PaceFlagValues, readingOptions } from './reading-options.js'
import { runLocked, type Surroundings } from './run-locked.js'
import { summariseRun } from './summarise-run.js'

export interface RunFlags extends TargetFlagValues, SourceFlagValues, ScopeFlagValues, PaceFlagValues {
  readonly source?: string
  readonly 'to-database'?: string
  readonly state: string
  readonly 'on-type-conflict': TypeChoice
  readonly 'errors-file'?: string
  readonly gzip: boolean
  readonly users: boolean
  readonly redo?: readonly string[]
  readonly follow: boolean
  readonly overlap: number
  readonly interval: number
  readonly progress: ProgressMode
  readonly quiet: boolean
}

export async function runBackfillCommand(flags: RunFlags): Promise<OperationSummary> {
  const state = new StateDirectory(flags.state)
  // A plan that cannot be read leaves no state directory behind.
  const named = state.hasPlan || flags.plan === undefined ? null : readPlanFile(flags.plan)
  return await runLocked(
    { state, flags, resume: () => resumeCommand(process.argv.slice(2), { drop: ['--redo'] }) },
    (around) => openAndRun(flags, state, named, around),
  )
}

async function openAndRun(
  flags: RunFlags,
  state: StateDirectory,
  named: BackfillPlan | null,
  around: Surroundings,
): Promise<OperationSummary> {
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

async function copy(
  flags: RunFlags,
  state: StateDirectory,
  around: Surroundings,
  what: Copy,
): Promise<OperationSummary> {
  const { source, opening, plan, targetDatabase, choice } = what
  const { reporter, rejected, signal } = around
  const journal = state.openJournal()
  try {
    for (const text of flags.redo ?? []) {
      for (const redo of await parseRedo(text, plan)) journal.append({ kind: 'redo', ...redo })
    }
    const options: RunOptions = {
      ...readingOptions(source, flags, around),
      plan,
      journal,
      choice,
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
    return summariseRun('hyperbyte.backfill.run/1', tally, around)
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
