/** What a backfill from an InfluxDB 1.x would copy. Reads the schema only. */

import { writeFileSync } from 'node:fs'
import { Flags } from '@oclif/core'
import { printPlan } from '../../cli/backfill/print-plan.js'
import { BaseCommand } from '../../cli/base-command.js'
import { fileFailure } from '../../cli/file-failure.js'
import { requireFlag } from '../../cli/require-flag.js'
import { scopeFlags, sourceFlags, windowOf, withSource } from '../../cli/source-flags.js'
import { planDocument, sliceCountOf } from '../../operations/backfill/backfill-plan.js'

export default class BackfillPlan extends BaseCommand {
  static override summary = 'Look at an InfluxDB 1.x and say what a backfill would copy'
  static override description =
    `Asks the source for policies, shard groups, measurements, fields, continuous queries and users, and estimates the amount
from a sample. Nothing is written anywhere but to the file of --save.

EXIT CODES
  0 done   2 wrong flag   4 source unreachable   5 not allowed   6 no such database`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --source http://old:8086 --database telegraf',
    '<%= config.bin %> <%= command.id %> --source http://old:8086 --database telegraf --start -90d --save plan.json',
  ]
  static override flags = {
    ...sourceFlags,
    database: Flags.string({ char: 'd', helpGroup: 'SOURCE', helpValue: 'NAME', summary: 'Database to copy.' }),
    ...scopeFlags,
    save: Flags.string({ helpValue: 'FILE', summary: 'Write the plan there, for `backfill run --plan`.' }),
    estimate: Flags.boolean({ default: true, allowNo: true, summary: 'Count points of a sample.' }),
  }

  async run() {
    const { flags } = await this.parse(BackfillPlan)
    const url = requireFlag(flags.source, '--source URL')
    const database = requireFlag(flags.database, '--database NAME')
    const { planBackfill } = await import('../../operations/backfill/plan-backfill.js')
    const plan = await withSource(url, flags, (source) =>
      planBackfill(source, {
        database,
        retentionPolicies: flags.rp ?? [],
        measurements: flags.measurement ?? [],
        window: windowOf(flags),
        isEstimated: flags.estimate,
      }),
    )
    const document = planDocument(plan)
    if (flags.save !== undefined) savePlan(flags.save, document)
    this.log(printPlan(plan))
    this.log(`next    hyperbyte backfill run --plan ${flags.save ?? 'FILE'} --host URL`)
    return { ...document, slices: sliceCountOf(plan) }
  }
}

function savePlan(path: string, document: object): void {
  try {
    writeFileSync(path, JSON.stringify(document, null, 2) + '\n')
  } catch (cause) {
    throw fileFailure('write', path, cause)
  }
}
