/** A right for a user. */

import { Args } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { changeRight, grantFlags } from '../../cli/grant-flags.js'
import { targetFlags } from '../../cli/open-target.js'

export default class UserGrant extends BaseCommand {
  static override summary = 'Give a user a right'
  static override description = `EXIT CODES
  0 granted   2 no database named   4 server unreachable   5 not allowed   6 no such user or database`
  static override examples = [
    '<%= config.bin %> <%= command.id %> grafana --database telegraf --privilege read',
    '<%= config.bin %> <%= command.id %> ada --admin',
  ]
  static override args = { name: Args.string({ required: true, description: 'Name of the user.' }) }
  static override flags = { ...targetFlags, ...grantFlags }

  async run() {
    const { flags, args } = await this.parse(UserGrant)
    const { statement, ...right } = await changeRight('GRANT', args.name, flags)
    this.log(`granted: ${statement}`)
    return { schema: 'hyperbyte.user.grant/1', ...right }
  }
}
