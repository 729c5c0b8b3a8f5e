/** One page: is everything well? */

import { setTimeout as sleep } from 'node:timers/promises'
import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { checkFlags, nagiosCode, renderNagios, renderPrometheus } from '../../cli/debug/check-format.js'
import { withDebugSource } from '../../cli/debug/debug-source.js'
import { checkOutcomeOf, type StatusDocument, statusOf, unknownStatus } from '../../cli/debug/server-status.js'
import { textColumns } from '../../cli/debug/text-columns.js'
import { exitCode } from '../../cli/exit-codes.js'
import { targetFlags } from '../../cli/open-target.js'
import { parseDurationFlag } from '../../cli/parse-duration-flag.js'
import { formatBytes, formatSeconds } from '../../cli/progress/format-quantity.js'
import { ClientError } from '../../client/client-error.js'

/** Whoever asks for 0 wants it often, not a busy loop. */
const WATCH_MS_MIN = 100

export default class DebugStatus extends BaseCommand {
  static override summary = 'Say in one word whether everything is well, and why not'
  static override description = `With --check-format nagios it ends with 0 ok, 1 warning, 2 critical, 3 unknown instead.

EXIT CODES
  0 answered   4 server unreachable   5 not an admin   8 with --check: something is wrong`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --host http://db1:8086 --check-format nagios',
    '<%= config.bin %> <%= command.id %> --check --max-backup-age 26h',
    '<%= config.bin %> <%= command.id %> --watch 2s',
  ]
  static override flags = {
    ...targetFlags,
    ...checkFlags,
    'max-backup-age': Flags.custom<number>({ parse: parseDurationFlag })({
      helpValue: 'DURATION',
      summary:
        'Count it as wrong when the last backup of everything is older, or there is none; else status.backup-age-max of the server decides.',
    }),
    watch: Flags.custom<number>({ parse: parseDurationFlag })({
      helpValue: 'DURATION',
      summary: 'Print again and again, so far apart, until Ctrl-C; with --json a document a line.',
      exclusive: ['check', 'check-format'],
    }),
  }

  async run() {
    const { flags } = await this.parse(DebugStatus)
    if (flags['check-format'] !== undefined) return await this.#runCheck(flags['check-format'], flags)
    if (flags.watch !== undefined) return await this.#watch(flags.watch, flags)
    const status = await readStatus(flags)
    this.log(renderStatus(status))
    if (flags.check && status.state !== 'healthy') process.exitCode = exitCode('mismatch')
    return status
  }

  /** Until Ctrl-C, also while nobody answers: a restart is what one watches. With --json a document a line. */
  async #watch(intervalMs: number, flags: StatusFlags): Promise<never> {
    for (;;) {
      const status = await readStatus(flags).catch((error: Error) => {
        if (error instanceof ClientError && error.kind === 'unreachable') return unknownStatus(error.message, now())
        throw error
      })
      const text = this.jsonEnabled() ? JSON.stringify(status) : `${status.time}  ${renderStatus(status)}\n`
      process.stdout.write(`${text}\n`)
      await sleep(Math.max(WATCH_MS_MIN, intervalMs))
    }
  }

  /** A monitoring system wants its line also when nobody answers. */
  async #runCheck(format: 'nagios' | 'prometheus', flags: StatusFlags): Promise<StatusDocument> {
    const status = await readStatus(flags).catch((error: Error) => unknownStatus(error.message, now()))
    const outcome = checkOutcomeOf(status)
    this.log(format === 'nagios' ? renderNagios(outcome) : renderPrometheus(outcome))
    if (format === 'nagios') process.exitCode = nagiosCode(outcome.state)
    else if (outcome.state !== 'ok') process.exitCode = exitCode('mismatch')
    return status
  }
}

type StatusFlags = Parameters<typeof withDebugSource>[0] & { readonly 'max-backup-age'?: number }

async function readStatus(flags: StatusFlags): Promise<StatusDocument> {
  const expected = { backupAgeMsMax: flags['max-backup-age'] ?? null }
  return await withDebugSource(flags, async (source) =>
    statusOf(await source.ask('server'), source.name, now(), expected),
  )
}

function now(): string {
  return new Date().toISOString()
}

function renderStatus({ state, reasons, nodes, last_backup }: StatusDocument): string {
  const rows = nodes.map((node) => [
    String(node.id),
    node.addr,
    node.state,
    node.role,
    node.version,
    node.uptime_s === null ? '–' : formatSeconds(node.uptime_s),
    formatBytes(Number(node.disk_free_bytes)),
    formatBytes(Number(node.wal_bytes)),
    String(node.files),
    formatBytes(Number(node.file_bytes)),
    String(node.series),
  ])
  const heading = [
    'NODE',
    'ADDRESS',
    'STATE',
    'ROLE',
    'VERSION',
    '#UP',
    '#DISK FREE',
    '#LOG',
    '#FILES',
    '#SIZE',
    '#SERIES',
  ]
  const why = reasons.map(({ severity, text, hint }) => `${severity === 'critical' ? '✗' : '!'} ${text}\n    → ${hint}`)
  const word = `${state === 'healthy' ? '✓' : '!'} ${state[0].toUpperCase()}${state.slice(1)}`
  return [word, ...why, '', textColumns(heading, rows), '', renderBackup(last_backup)].join('\n')
}

function renderBackup(backup: StatusDocument['last_backup']): string {
  if (backup === null) return 'last backup  none that this database knows of'
  const { id, age_s: age, state, size_bytes: size, repository, covers } = backup
  const part = covers === 'part' ? '  (only a part of the data)' : ''
  return `last backup  ${id}  ${formatSeconds(age)} ago  ${state}  ${formatBytes(Number(size))}  ${repository}${part}`
}
