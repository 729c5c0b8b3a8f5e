/** A database with everything in it, no more. */

import { Args } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { confirmDestruction, yesFlag } from '../../cli/confirm-destruction.js'
import { serverFlags } from '../../cli/connection-flags.js'
import { withClient } from '../../cli/open-client.js'
import { OperationError } from '../../cli/operation-error.js'
import type { HttpClient } from '../../client/http-client.js'
import { quoteName } from '../../client/quote-influxql.js'
import { columnOf, runStatement } from '../../client/run-statement.js'

export default class DbDrop extends BaseCommand {
  static override summary = 'Drop a database and all its data'
  static override description = `Says what would be lost and acts with --yes.

EXIT CODES
  0 dropped   2 not confirmed   4 server unreachable   5 not allowed   6 no such database`
  static override examples = [
    '<%= config.bin %> <%= command.id %> old',
    '<%= config.bin %> <%= command.id %> old --yes',
  ]
  static override args = { name: Args.string({ required: true, description: 'Name of the database.' }) }
  static override flags = { ...serverFlags, ...yesFlag }

  async run() {
    const { flags, args } = await this.parse(DbDrop)
    return await withClient(flags, async (client) => {
      const measurementCount = await countMeasurements(client, args.name)
      await confirmDestruction(`drop database ${args.name} with ${measurementCount} measurements`, flags.yes)
      await runStatement(client, `DROP DATABASE ${quoteName(args.name)}`)
      this.log(`dropped database ${args.name} with ${measurementCount} measurements`)
      return { schema: 'hyperbyte.db.drop/1', name: args.name, measurements: measurementCount }
    })
  }
}

/** Dropping what is not there succeeds in InfluxQL; somebody who names a database means one that exists. */
async function countMeasurements(client: HttpClient, database: string): Promise<number> {
  const names = columnOf(await runStatement(client, 'SHOW DATABASES'), 'name')
  if (!names.includes(database)) throw new OperationError(`database not found: ${database}`, { exit: 'missing' })
  return columnOf(await runStatement(client, `SHOW MEASUREMENTS ON ${quoteName(database)}`), 'name').length
}
