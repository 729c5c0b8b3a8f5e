/** All users and what they may do. */

import { BaseCommand } from '../../cli/base-command.js'
import { listFlags } from '../../cli/list-table.js'
import { targetFlags, withTarget } from '../../cli/open-target.js'
import { printTable } from '../../cli/print-table.js'
import { quoteName } from '../../client/quote-influxql.js'
import { runStatement } from '../../client/run-statement.js'
import type { Target } from '../../client/target.js'

const COLUMNS = [
  { name: 'USER', align: 'left' },
  { name: 'ADMIN', align: 'left' },
  { name: 'GRANTS', align: 'left' },
] as const

export default class UserList extends BaseCommand {
  static override summary = 'List users and their grants'
  static override description = `EXIT CODES
  0 done   4 server unreachable   5 not allowed`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --host http://db1:8086 --json',
  ]
  static override flags = { ...targetFlags, ...listFlags }

  async run() {
    const { flags } = await this.parse(UserList)
    const users = await withTarget(flags, readUsers)
    const rows = users.map(({ name, admin, grants }) => [
      name,
      admin ? 'yes' : 'no',
      grants.map(({ database, privilege }) => `${database}: ${privilege}`).join(', '),
    ])
    this.log(printTable(COLUMNS, rows, flags))
    return { schema: 'hyperbyte.user.list/1', users }
  }
}

async function readUsers(target: Target) {
  const rows = (await runStatement(target, 'SHOW USERS')).flatMap(({ values = [] }) => values)
  return await Promise.all(
    rows.map(async ([name, admin]) => ({
      name: String(name),
      admin: admin === true,
      grants: await readGrants(target, String(name)),
    })),
  )
}

async function readGrants(target: Target, user: string) {
  const rows = (await runStatement(target, `SHOW GRANTS FOR ${quoteName(user)}`)).flatMap(({ values = [] }) => values)
  return rows.map(([database, privilege]) => ({ database: String(database), privilege: String(privilege) }))
}
