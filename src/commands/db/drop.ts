/** A database with everything in it, no more. */

import { Args } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { confirmDestruction, yesFlag } from '../../cli/confirm-destruction.js'
import { targetFlags, withTarget } from '../../cli/open-target.js'
import { OperationError } from '../../cli/operation-error.js'
import { quoteName } from '../../client/quote-influxql.js'
import { columnOf, runStatement } from '../../client/run-statement.js'
import type { Target } from '../../client/target.js'

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
  static override flags = { ...targetFlags, ...yesFlag }

  async run() {
    const { flags, args } = await this.parse(DbDrop)
    return await withTarget(flags, async (target) => {
      const measurementCount = await countMeasurements(target, args.name)
      await confirmDestruction(`drop database ${args.name} with ${measurementCount} measurements`, flags.yes)
      await runStatement(target, `DROP DATABASE ${quoteName(args.name)}`)
      this.log(`dropped database ${args.name} with ${measurementCount} measurements`)
      return { schema: 'hyperbyte.db.drop/1', name: args.name, measurements: measurementCount }
    })
  }
}

/** Dropping what is not there succeeds in InfluxQL; somebody who names a database means one that exists. */
async function countMeasurements(target: Target, database: string): Promise<number> {
  const names = columnOf(await runStatement(target, 'SHOW DATABASES'), 'name')
  if (!names.includes(database)) throw new OperationError(`database not found: ${database}`, { exit: 'missing' })
  return columnOf(await runStatement(target, `SHOW MEASUREMENTS ON ${quoteName(database)}`), 'name').length
}
