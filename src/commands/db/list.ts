/** All databases and their policies. */

import { BaseCommand } from '../../cli/base-command.js'
import { listFlags } from '../../cli/list-table.js'
import { targetFlags, withTarget } from '../../cli/open-target.js'
import { printTable } from '../../cli/print-table.js'
import { quoteName } from '../../client/quote-influxql.js'
import { columnOf, runStatement } from '../../client/run-statement.js'
import type { Target } from '../../client/target.js'

const COLUMNS = [
  { name: 'DATABASE', align: 'left' },
  { name: 'POLICY', align: 'left' },
  { name: 'KEPT', align: 'right' },
  { name: 'SHARD', align: 'right' },
  { name: 'DEFAULT', align: 'left' },
] as const

export default class DbList extends BaseCommand {
  static override summary = 'List databases and their retention policies'
  static override description = `EXIT CODES
  0 done   4 server unreachable   5 not allowed`
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json']
  static override flags = { ...targetFlags, ...listFlags }

  async run() {
    const { flags } = await this.parse(DbList)
    const databases = await withTarget(flags, readDatabases)
    const rows = databases.flatMap(({ name, policies }) =>
      policies.map(({ name: policy, duration, shard_duration, default: isDefault }) => [
        name,
        policy,
        duration === '0s' ? 'for ever' : duration,
        shard_duration,
        isDefault ? 'yes' : '',
      ]),
    )
    this.log(printTable(COLUMNS, rows, flags))
    return { schema: 'hyperbyte.db.list/1', databases }
  }
}

async function readDatabases(target: Target) {
  const names = columnOf(await runStatement(target, 'SHOW DATABASES'), 'name').map(String)
  return await Promise.all(names.map(async (name) => ({ name, policies: await readPolicies(target, name) })))
}

async function readPolicies(target: Target, database: string) {
  const series = await runStatement(target, `SHOW RETENTION POLICIES ON ${quoteName(database)}`)
  const rows = series.flatMap(({ values = [] }) => values)
  return rows.map(([name, duration, shardDuration, , isDefault]) => ({
    name: String(name),
    duration: String(duration),
    shard_duration: String(shardDuration),
    default: isDefault === true,
  }))
}
