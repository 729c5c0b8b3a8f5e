/** A new password for a user. */

import { Args } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { targetFlags, withTarget } from '../../cli/open-target.js'
import { newPasswordFlags, readNewPassword } from '../../cli/read-new-password.js'
import { quoteName, quoteText } from '../../client/quote-influxql.js'
import { runStatement } from '../../client/run-statement.js'

export default class UserPassword extends BaseCommand {
  static override summary = "Change a user's password"
  static override description = `EXIT CODES
  0 changed   2 no password   4 server unreachable   5 not allowed   6 no such user`
  static override examples = [
    '<%= config.bin %> <%= command.id %> ada',
    '<%= config.bin %> <%= command.id %> grafana --new-password-file /run/secrets/grafana',
  ]
  static override args = { name: Args.string({ required: true, description: 'Name of the user.' }) }
  static override flags = { ...targetFlags, ...newPasswordFlags }

  async run() {
    const { flags, args } = await this.parse(UserPassword)
    const password = await readNewPassword(flags)
    const statement = `SET PASSWORD FOR ${quoteName(args.name)} = ${quoteText(password)}`
    await withTarget(flags, (target) => runStatement(target, statement))
    this.log(`changed the password of ${args.name}`)
    return { schema: 'hyperbyte.user.password/1', name: args.name }
  }
}
