/** A user no more. */

import { Args } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { confirmDestruction, yesFlag } from '../../cli/confirm-destruction.js'
import { targetFlags, withTarget } from '../../cli/open-target.js'
import { quoteName } from '../../client/quote-influxql.js'
import { runStatement } from '../../client/run-statement.js'

export default class UserDrop extends BaseCommand {
  static override summary = 'Remove a user'
  static override description = `EXIT CODES
  0 removed   2 not confirmed   4 server unreachable   5 not allowed   6 no such user`
  static override examples = [
    '<%= config.bin %> <%= command.id %> grafana',
    '<%= config.bin %> <%= command.id %> grafana --yes',
  ]
  static override args = { name: Args.string({ required: true, description: 'Name of the user.' }) }
  static override flags = { ...targetFlags, ...yesFlag }

  async run() {
    const { flags, args } = await this.parse(UserDrop)
    await confirmDestruction(`remove user ${args.name}`, flags.yes)
    await withTarget(flags, (target) => runStatement(target, `DROP USER ${quoteName(args.name)}`))
    this.log(`removed user ${args.name}`)
    return { schema: 'hyperbyte.user.drop/1', name: args.name }
  }
}
