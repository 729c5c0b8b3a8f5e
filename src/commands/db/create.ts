/** A new database, and the policy its points fall under. */

import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { targetFlags, withTarget } from '../../cli/open-target.js'
import { OperationError } from '../../cli/operation-error.js'
import { quoteName } from '../../client/quote-influxql.js'
import { runStatement } from '../../client/run-statement.js'

export default class DbCreate extends BaseCommand {
  static override summary = 'Create a database'
  static override description =
    `A database that exists and is alike is left as it is. A data directory that does not exist is made.

EXIT CODES
  0 it is there   2 a duration that is none   4 server unreachable   5 not allowed   7 it exists with another policy`
  static override examples = [
    '<%= config.bin %> <%= command.id %> telegraf',
    '<%= config.bin %> <%= command.id %> telegraf --rp-duration 30d --shard-duration 1d',
  ]
  static override args = { name: Args.string({ required: true, description: 'Name of the database.' }) }
  static override flags = {
    ...targetFlags,
    'rp-duration': Flags.string({
      helpValue: 'DURATION',
      summary: 'How long points are kept, such as 30d; INF: for ever.',
    }),
    'rp-name': Flags.string({ helpValue: 'NAME', summary: 'Name of the retention policy [default: autogen].' }),
    'shard-duration': Flags.string({
      helpValue: 'DURATION',
      summary: 'Span of time that is stored and dropped together.',
    }),
  }

  async run() {
    const { flags, args } = await this.parse(DbCreate)
    const statement = createStatement(args.name, {
      duration: flags['rp-duration'],
      shardDuration: flags['shard-duration'],
      policy: flags['rp-name'],
    })
    await withTarget(flags, (target) => runStatement(target, statement), { isCreated: true })
    this.log(`created database ${args.name}`)
    return { schema: 'hyperbyte.db.create/1', name: args.name, statement }
  }
}

interface Policy {
  readonly duration: string | undefined
  readonly shardDuration: string | undefined
  readonly policy: string | undefined
}

function createStatement(name: string, { duration, shardDuration, policy }: Policy): string {
  const clauses = [
    ...(duration === undefined ? [] : [`DURATION ${checkDuration('--rp-duration', duration)}`]),
    ...(shardDuration === undefined ? [] : [`SHARD DURATION ${checkDuration('--shard-duration', shardDuration)}`]),
    ...(policy === undefined ? [] : [`NAME ${quoteName(policy)}`]),
  ]
  return `CREATE DATABASE ${quoteName(name)}${clauses.length === 0 ? '' : ` WITH ${clauses.join(' ')}`}`
}

/** Nothing but a duration may get into the statement. */
function checkDuration(flag: string, text: string): string {
  if (/^(inf|(\d+(ns|u|µ|ms|[smhdw]))+)$/i.test(text)) return text
  throw new OperationError(`${flag} ${text} is not a duration such as 12h, 30d or INF`, { exit: 'usage' })
}
