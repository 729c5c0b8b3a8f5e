/** What scripts may rely on. */

import { BaseCommand } from '../../cli/base-command.js'
import { EXIT_CODES } from '../../cli/exit-codes.js'
import { listFlags } from '../../cli/list-table.js'
import { printTable } from '../../cli/print-table.js'

const COLUMNS = [
  { name: 'CODE', align: 'right' },
  { name: 'NAME', align: 'left' },
  { name: 'MEANING', align: 'left' },
] as const

/** Not ours to choose; a shell expects them. */
const SHELL_CODES = [
  { code: 127, name: 'unknown', text: 'there is no such command' },
  { code: 130, name: 'interrupted', text: 'Ctrl-C' },
  { code: 143, name: 'terminated', text: 'SIGTERM' },
]

export default class HelpExitCodes extends BaseCommand {
  static override summary = 'Say what the exit codes mean'
  static override description =
    `A number never changes its meaning. A script must read one that is not listed as failure.

EXIT CODES
  0 always`
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json']

  static override flags = listFlags

  async run() {
    const { flags } = await this.parse(HelpExitCodes)
    const codes = [
      ...Object.entries(EXIT_CODES).map(([name, { code, text }]) => ({ code, name, text })),
      ...SHELL_CODES,
    ]
    const rows = codes.map(({ code, name, text }) => [String(code), name, text])
    this.log(printTable(COLUMNS, rows, flags))
    return { schema: 'hyperbyte.help.exit-codes/1', codes }
  }
}
