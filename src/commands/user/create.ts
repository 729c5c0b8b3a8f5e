/** A new user. */

import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { targetFlags, withTarget } from '../../cli/open-target.js'
import { newPasswordFlags, readNewPassword } from '../../cli/read-new-password.js'
import { quoteName, quoteText } from '../../client/quote-influxql.js'
import { runStatement } from '../../client/run-statement.js'

export default class UserCreate extends BaseCommand {
  static override summary = 'Create a user'
  static override description = `The password is asked for on a terminal; scripts give it through stdin or a file.

EXIT CODES
  0 created   2 no password   4 server unreachable   5 not allowed   7 the user exists`
  static override examples = [
    '<%= config.bin %> <%= command.id %> ada --admin',
    '<%= config.bin %> <%= command.id %> grafana --new-password-file /run/secrets/grafana',
  ]
  static override args = { name: Args.string({ required: true, description: 'Name of the user.' }) }
  static override flags = {
    ...targetFlags,
    ...newPasswordFlags,
    admin: Flags.boolean({ default: false, summary: 'May do everything.' }),
  }

  async run() {
    const { flags, args } = await this.parse(UserCreate)
    const password = await readNewPassword(flags)
    const rights = flags.admin ? ' WITH ALL PRIVILEGES' : ''
    const statement = `CREATE USER ${quoteName(args.name)} WITH PASSWORD ${quoteText(password)}${rights}`
    await withTarget(flags, (target) => runStatement(target, statement))
    this.log(`created user ${args.name}${flags.admin ? ', an administrator' : ''}`)
    return { schema: 'hyperbyte.user.create/1', name: args.name, admin: flags.admin }
  }
}
