/** How a statement is read, step by step. */

import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { databaseFlags } from '../../cli/connection-flags.js'
import { withDebugSource } from '../../cli/debug/debug-source.js'
import { targetFlags } from '../../cli/open-target.js'
import { OperationError } from '../../cli/operation-error.js'
import { formatBytes } from '../../cli/progress/format-quantity.js'
import type { DebugAnalysis, DebugRead, DebugPlan as Plan } from '../../client/debug-documents.js'

export default class DebugPlan extends BaseCommand {
  static override summary = 'Show how a statement is read: tree, reads, files, and with --analyze SQL and times'
  static override description = `--analyze runs the SELECT and throws its rows away.

EXIT CODES
  0 done   1 the statement is wrong   2 there is none   4 server unreachable   5 not an admin   6 no such database
  9 a server holds the data directory`
  static override examples = [
    `<%= config.bin %> <%= command.id %> -d telegraf 'SELECT mean(usage_idle) FROM cpu WHERE time > now() - 1d GROUP BY host'`,
    `<%= config.bin %> <%= command.id %> -d telegraf --analyze 'SELECT max(v) FROM m' --json`,
  ]
  static override args = { statement: Args.string({ required: true, description: 'InfluxQL.' }) }
  static override flags = {
    ...targetFlags,
    ...databaseFlags,
    analyze: Flags.boolean({ summary: 'Run it, and say what it took.' }),
    tree: Flags.boolean({ summary: 'Print the syntax tree as well.' }),
  }

  async run() {
    const { flags, args } = await this.parse(DebugPlan)
    const { plans, analysis } = await withDebugSource(flags, (source) =>
      source.ask('plan', {
        q: args.statement,
        db: flags.database ?? '',
        rp: flags.rp ?? '',
        analyze: String(flags.analyze),
      }),
    )
    if (plans.length === 0) throw new OperationError('there is no statement to plan', { exit: 'usage' })
    for (const plan of plans) this.log(renderPlan(plan, flags.tree))
    if (analysis !== null) this.log(renderAnalysis(analysis))
    return { schema: 'hyperbyte.debug.plan/2', plans, analysis }
  }
}

function renderPlan({ text, statement, reads }: Plan, isTreeShown: boolean): string {
  const tree = isTreeShown ? [`tree\n${indent(JSON.stringify(statement, null, 2))}`] : []
  const body = reads === null ? ['no SELECT: answered from metadata'] : reads.map(renderRead)
  return [text, ...tree, ...(body.length === 0 ? ['nothing to read'] : body)].join('\n')
}

function renderRead(read: DebugRead): string {
  const { database, retention_policy, measurement, expression, auxiliary, files, series, memory_rows } = read
  const what = [...(expression === null ? [] : [expression]), ...auxiliary].join(', ')
  const rows = files.reduce((sum, file) => sum + file.rows, 0)
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  return [
    `read ${database}.${retention_policy}.${measurement}: ${what}`,
    `  time    ${read.start} to ${read.end}`,
    `  series  ${series}`,
    `  memory  ${memory_rows} rows`,
    `  files   ${files.length} with ${rows} rows, ${formatBytes(bytes)}`,
    ...files.map((file) => `          ${file.path}  ${file.rows} rows  ${formatBytes(file.bytes)}`),
  ].join('\n')
}

function renderAnalysis({ planning_ms, running_ms, rows, series, sql, error }: DebugAnalysis): string {
  return [
    `planned in ${planning_ms.toFixed(1)} ms, ran in ${running_ms.toFixed(1)} ms: ${rows} rows in ${series} series`,
    ...(error === null ? [] : [`✗ ${error}`]),
    ...(sql.length === 0
      ? ['read without SQL']
      : sql.map(({ text, rows, ms }) => `SQL  ${rows} rows in ${ms.toFixed(1)} ms\n${indent(text)}`)),
  ].join('\n')
}

function indent(text: string): string {
  return text.replace(/^/gm, '  ')
}
