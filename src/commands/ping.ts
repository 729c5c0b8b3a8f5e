/** Is a server there? For people, for containers and for scripts that wait for a start. */

import { Flags } from '@oclif/core'
import { BaseCommand } from '../cli/base-command.js'
import { serverFlags } from '../cli/connection-flags.js'
import { withClient } from '../cli/open-client.js'
import { waitDurationFlag } from '../cli/parse-duration-flag.js'
import { waitForServer } from '../cli/wait-for-server.js'

export default class Ping extends BaseCommand {
  static override summary = 'Ask a server whether it is there'
  static override description = `Prints address and version of the server.

EXIT CODES
  0 it answers   4 it does not`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --host http://db1:8086 --ready --wait 30s',
  ]
  static override flags = {
    ...serverFlags,
    ready: Flags.boolean({ summary: 'Ask whether it takes writes and queries, not only whether it runs.' }),
    wait: waitDurationFlag(),
    quiet: Flags.boolean({ char: 'q', summary: 'Print nothing; the exit code is the answer.' }),
  }

  async run() {
    const { flags } = await this.parse(Ping)
    return await withClient(flags, async (client) => {
      const startedMs = performance.now()
      await waitForServer(client, { isReadyWanted: flags.ready, waitMs: flags.wait })
      const server = await client.ping()
      const elapsedMs = Math.round(performance.now() - startedMs)
      if (!flags.quiet) this.log(`${server.host} answers after ${elapsedMs} ms, version ${server.version}`)
      return { schema: 'hyperbyte.ping/1', ...server, elapsed_ms: elapsedMs }
    })
  }
}
