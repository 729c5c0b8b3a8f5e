/** Fields that had one type and got another. */

import { BaseCommand } from '../../cli/base-command.js'
import { withDebugSource } from '../../cli/debug/debug-source.js'
import { isWantedTable, tableFlags } from '../../cli/debug/table-flags.js'
import { textColumns } from '../../cli/debug/text-columns.js'
import { findTypeConflicts } from '../../cli/debug/type-conflicts.js'
import { exitCode } from '../../cli/exit-codes.js'
import { listFlags } from '../../cli/list-table.js'
import { targetFlags } from '../../cli/open-target.js'

export default class DebugTypes extends BaseCommand {
  static override summary = 'Find fields that have more than one type'
  static override description =
    `A field has one type within a shard group and may have another in the next; queries over both then see only one of them.

EXIT CODES
  0 every field has one type   4 server unreachable   5 not an admin   6 no such database   8 some have more
  9 a server holds the directory`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --db telegraf --json',
  ]
  static override flags = { ...targetFlags, ...tableFlags, ...listFlags }

  async run() {
    const { flags } = await this.parse(DebugTypes)
    const { types } = await withDebugSource(flags, (source) => source.ask('types'))
    const conflicts = findTypeConflicts(types.filter((each) => isWantedTable(flags, each)))
    const rows = conflicts.flatMap(({ database, retention_policy, measurement, field, types: spans }) =>
      spans.map(({ type, first, last }) => [
        `${database}.${retention_policy}.${measurement}`,
        field,
        type,
        first,
        last,
      ]),
    )
    this.log(
      rows.length === 0
        ? '✓ every field has one type'
        : textColumns(['TABLE', 'FIELD', 'TYPE', 'FROM', 'TO'], rows, flags),
    )
    if (conflicts.length > 0) process.exitCode = exitCode('mismatch')
    return { schema: 'hyperbyte.debug.types/1', conflicts }
  }
}
