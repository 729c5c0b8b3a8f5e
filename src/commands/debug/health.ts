/** Each probe of the server with the time it took. */

import { BaseCommand } from '../../cli/base-command.js'
import {
  type CheckOutcome,
  checkFlags,
  nagiosCode,
  renderNagios,
  renderPrometheus,
} from '../../cli/debug/check-format.js'
import { type DebugSource, withDebugSource } from '../../cli/debug/debug-source.js'
import { nodeFlag, requireNode } from '../../cli/debug/node-flag.js'
import { overdueBackup } from '../../cli/debug/server-status.js'
import { textColumns } from '../../cli/debug/text-columns.js'
import { exitCode } from '../../cli/exit-codes.js'
import { targetFlags } from '../../cli/open-target.js'
import { formatSeconds } from '../../cli/progress/format-quantity.js'
import { ClientError } from '../../client/client-error.js'
import { HttpClient } from '../../client/http-client.js'
import { columnOf, runStatement } from '../../client/run-statement.js'

interface Probe {
  readonly node: number
  readonly probe: string
  readonly ok: boolean
  readonly ms: number
  readonly text: string
}

export default class DebugHealth extends BaseCommand {
  static override summary = 'Try each part of the server and say how long it took'
  static override description =
    `With --check-format nagios it ends with 0 ok or 2 critical instead, also when the server is unreachable.

EXIT CODES
  0 all well   4 server unreachable   5 not an admin   6 no such node   8 a probe failed, or the backup is overdue
  9 a server holds the data directory`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --check-format prometheus',
  ]
  static override flags = { ...targetFlags, ...nodeFlag, ...checkFlags }

  async run() {
    const { flags } = await this.parse(DebugHealth)
    requireNode(flags)
    const format = flags['check-format']
    const probes = await withDebugSource(flags, runProbes).catch((error: Error) => {
      // A monitoring system wants its line also when nobody answers.
      if (format === undefined) throw error
      return [{ node: 0, probe: 'connect', ok: false, ms: 0, text: error.message }]
    })
    const outcome = outcomeOf(probes)
    if (format === 'nagios') this.log(renderNagios(outcome))
    else if (format === 'prometheus') this.log(renderPrometheus(outcome))
    else this.log(renderProbes(probes))
    const isHealthy = outcome.state === 'ok'
    if (format === 'nagios') process.exitCode = nagiosCode(outcome.state)
    else if (!isHealthy) process.exitCode = exitCode('mismatch')
    return { schema: 'hyperbyte.debug.health/1', healthy: isHealthy, probes }
  }
}

function outcomeOf(probes: readonly Probe[]): CheckOutcome {
  const failed = probes.filter(({ ok }) => !ok)
  return {
    name: 'hyperbyte health',
    state: failed.length === 0 ? 'ok' : 'critical',
    text: failed.length === 0 ? 'all probes passed' : failed.map(({ probe, text }) => `${probe}: ${text}`).join('; '),
    metrics: probes.map(({ probe, ms }) => ({ name: `${probe}_ms`, value: Math.round(ms * 10) / 10 })),
  }
}

async function runProbes(source: DebugSource): Promise<Probe[]> {
  const { target } = source
  const probes: Probe[] = []
  const run = async (probe: string, work: () => Promise<string>) => {
    const startMs = performance.now()
    const outcome = await work().then(
      (text) => ({ ok: true, text }),
      (error: Error) => {
        // Whoever may not ask has learned nothing about the server.
        if (error instanceof ClientError && error.kind === 'denied') throw error
        return { ok: false, text: error.message }
      },
    )
    probes.push({ node: 0, probe, ms: performance.now() - startMs, ...outcome })
  }
  if (target instanceof HttpClient) {
    // Nobody there at all is a failure of the command, not of a probe.
    await target.ping()
    await run('ping', async () => `version ${(await target.ping()).version}`)
    await run('ready', async () => target.checkReady().then(() => 'takes writes and queries'))
  }
  await run('query', async () => {
    const { length } = columnOf(await runStatement(target, 'SHOW DATABASES'), 'name')
    return `${length} databases`
  })
  await run('log', async () => {
    const { stats, log_sequence: sequence } = await source.ask('server')
    if (stats.is_read_only === true) throw new Error('writes are refused until the disk takes them again')
    return `at record ${sequence}`
  })
  await run('backup', async () => {
    const server = await source.ask('server')
    const overdue = overdueBackup(server)
    if (overdue !== null) throw new Error(overdue)
    const { last_backup: backup } = server
    return backup === null ? 'none known' : `${backup.id}, ${formatSeconds(backup.age_s)} ago`
  })
  return probes
}

function renderProbes(probes: readonly Probe[]): string {
  const rows = probes.map(({ node, probe, ok, ms, text }) => [
    ok ? '✓ ok' : '✗ fail',
    String(node),
    probe,
    ms.toFixed(1),
    text,
  ])
  return textColumns(['STATE', '#NODE', 'PROBE', '#MS', '~WHAT'], rows)
}
