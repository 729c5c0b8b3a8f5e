/** What the server is busy with. */

import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { serverFlags } from '../../cli/connection-flags.js'
import { textColumns } from '../../cli/debug/text-columns.js'
import { withClient } from '../../cli/open-client.js'
import { runStatement } from '../../client/run-statement.js'

export default class DebugSlow extends BaseCommand {
  static override summary = 'List the statements that run now, longest first, and end one with --kill'
  static override description = `EXIT CODES
  0 done   1 no such statement to end   4 server unreachable   5 not an admin`
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --kill 36']
  static override flags = {
    ...serverFlags,
    kill: Flags.integer({ min: 1, helpValue: 'ID', summary: 'End this statement.' }),
  }

  async run() {
    const { flags } = await this.parse(DebugSlow)
    return await withClient(flags, async (client) => {
      if (flags.kill !== undefined) {
        await runStatement(client, `KILL QUERY ${flags.kill}`)
        this.log(`statement ${flags.kill} is ending`)
      }
      const rows = (await runStatement(client, 'SHOW QUERIES')).flatMap(({ values = [] }) => values)
      const statements = rows
        .map(([id, text, database, duration]) => ({
          id: Number(id),
          text: String(text),
          database: String(database ?? ''),
          duration_s: parseGoDuration(String(duration)),
        }))
        .sort((a, b) => b.duration_s - a.duration_s)
      const table = statements.map(({ id, text, database, duration_s: seconds }) => [
        String(id),
        seconds.toFixed(3),
        database,
        text,
      ])
      this.log(textColumns(['#ID', '#SECONDS', 'DATABASE', 'STATEMENT'], table))
      return { schema: 'hyperbyte.debug.slow/1', killed: flags.kill ?? null, statements }
    })
  }
}

const UNIT_S = { h: 3600, m: 60, s: 1, ms: 1e-3, u: 1e-6, µs: 1e-6, us: 1e-6, ns: 1e-9 } as const

/** `1m2.5s`, `57µs` → seconds. */
function parseGoDuration(text: string): number {
  let seconds = 0
  for (const [, number, unit] of text.matchAll(/([\d.]+)(ms|µs|us|ns|[hmsu])/g)) {
    seconds += Number(number) * UNIT_S[unit as keyof typeof UNIT_S]
  }
  return seconds
}
