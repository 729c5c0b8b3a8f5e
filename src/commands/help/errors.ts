/** What failures mean, and what to do about them. */

import { BaseCommand } from '../../cli/base-command.js'
import { FAILURE_CODES, type FailureText } from '../../cli/error-codes.js'
import { exitCode } from '../../cli/exit-codes.js'
import { listFlags } from '../../cli/list-table.js'
import { printTable } from '../../cli/print-table.js'

const COLUMNS = [
  { name: 'CODE', align: 'left' },
  { name: 'EXIT', align: 'right' },
  { name: 'MEANING', align: 'left' },
  { name: 'NEXT', align: 'left' },
] as const

const SHAPE = `A failure is told on stderr:

  hyperbyte query: database not found: telegraf     what failed, and why
    where: http://db1:8086                          which server, when the first line does not say
    trace: 1b4e28ba-2fa1-11d2-883f-0016d3cca427     the mark of the requests in that server's log
    hint: hyperbyte db list                         what to do next

With --json it is {"schema": "hyperbyte.error/1", "error": {"code", "message", "hint", "exit", "trace"}} on stdout.
`

export default class HelpErrors extends BaseCommand {
  static override summary = 'Say what failures mean and what to do about them'
  static override description = `CODE is "code" under --json; EXIT is the exit code.

EXIT CODES
  0 always`
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json']
  static override flags = listFlags

  async run() {
    const { flags } = await this.parse(HelpErrors)
    const errors = Object.entries<FailureText>(FAILURE_CODES).map(([code, { exit, meaning, next }]) => ({
      code,
      exit: typeof exit === 'number' ? exit : exitCode(exit),
      meaning,
      next,
    }))
    const rows = errors.map(({ code, exit, meaning, next }) => [code, String(exit), meaning, next])
    this.log(`${SHAPE}\n${printTable(COLUMNS, rows, flags)}`)
    return { schema: 'hyperbyte.help.errors/1', errors }
  }
}
