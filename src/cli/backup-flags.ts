/** Flags that the commands of backup and restore share, and what they mean. */

import { Flags } from '@oclif/core'
import type { RetentionRules } from '../operations/backup/plan-retention.js'
import type { SelectionFlags } from '../operations/backup/selection.js'
import { OperationError } from './operation-error.js'
import { parseDurationFlag } from './parse-duration-flag.js'
import { parseSizeFlag } from './parse-size-flag.js'
import { parseTimeFlag } from './parse-time-flag.js'

const WHAT = 'WHAT'
const WHERE = 'WHERE'
const HOW = 'HOW'

const durationFlag = Flags.custom<number>({ parse: parseDurationFlag, helpValue: 'DURATION' })
const timeFlag = Flags.custom<bigint>({ parse: parseTimeFlag, helpValue: 'TIME' })

export const repoFlag = {
  repo: Flags.string({
    env: 'HYPERBYTE_BACKUP_REPO',
    required: true,
    helpGroup: WHERE,
    helpValue: 'DIR|s3://…',
    summary: 'The backup repository.',
  }),
}

/** For commands that take its lock. */
export const repoFlags = {
  ...repoFlag,
  'wait-lock': durationFlag({
    default: 0,
    defaultHelp: async () => '0',
    helpGroup: HOW,
    summary: 'Wait so long for others who work on the repository.',
  }),
}

export const paceFlags = {
  jobs: Flags.integer({
    char: 'j',
    default: 4,
    min: 1,
    max: 64,
    helpGroup: HOW,
    helpValue: 'N',
    summary: 'Files at a time.',
  }),
  rate: Flags.custom<number>({ parse: parseSizeFlag })({
    helpGroup: HOW,
    helpValue: 'BYTES',
    summary: 'Move at most so many bytes a second, such as 50MiB.',
  }),
}

export const selectionFlags = {
  database: Flags.string({
    char: 'd',
    multiple: true,
    multipleNonGreedy: true,
    helpGroup: WHAT,
    helpValue: 'NAME',
    summary: 'Only this database; may be repeated.',
  }),
  exclude: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    helpGroup: WHAT,
    helpValue: 'NAME',
    summary: 'All databases but this one; may be repeated.',
  }),
  rp: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    helpGroup: WHAT,
    helpValue: 'NAME',
    summary: 'Only this retention policy; may be repeated.',
  }),
  start: timeFlag({ helpGroup: WHAT, summary: 'Only files with rows from this time on; the log as a whole.' }),
  end: timeFlag({ helpGroup: WHAT, summary: 'Only files with rows before this time; the log as a whole.' }),
}

export const keepFlags = {
  'keep-last': countFlag('Keep the newest N sets.'),
  'keep-daily': countFlag('Keep the newest set of each of the last N days that have one; UTC.'),
  'keep-weekly': countFlag('The same by weeks, which begin on Monday.'),
  'keep-monthly': countFlag('The same by months.'),
  'keep-within': durationFlag({
    helpGroup: 'RETENTION',
    summary: 'Keep every set that is at most so much older than the newest.',
  }),
}

function countFlag(summary: string) {
  return Flags.integer({ min: 0, helpGroup: 'RETENTION', helpValue: 'N', summary })
}

interface SelectionFlagValues {
  readonly database?: readonly string[]
  readonly exclude?: readonly string[]
  readonly rp?: readonly string[]
  readonly start?: bigint
  readonly end?: bigint
}

export function toSelectionFlags({ database, exclude, rp, start, end }: SelectionFlagValues): SelectionFlags {
  return {
    databases: database ?? [],
    excluded: exclude ?? [],
    retentionPolicies: rp ?? [],
    startNs: start ?? null,
    endNs: end ?? null,
  }
}

interface KeepFlagValues {
  readonly 'keep-last'?: number
  readonly 'keep-daily'?: number
  readonly 'keep-weekly'?: number
  readonly 'keep-monthly'?: number
  readonly 'keep-within'?: number
}

export function toRetentionRules(flags: KeepFlagValues): RetentionRules {
  return {
    last: flags['keep-last'] ?? null,
    daily: flags['keep-daily'] ?? null,
    weekly: flags['keep-weekly'] ?? null,
    monthly: flags['keep-monthly'] ?? null,
    withinMs: flags['keep-within'] ?? null,
  }
}

/** `--label why=test` */
export function toLabels(labels: readonly string[] | undefined): Record<string, string> {
  return Object.fromEntries(
    (labels ?? []).map((label) => {
      const equals = label.indexOf('=')
      if (equals > 0) return [label.slice(0, equals), label.slice(equals + 1)]
      throw new OperationError(`--label ${label} has no value`, { exit: 'usage', hint: '--label why=upgrade' })
    }),
  )
}
