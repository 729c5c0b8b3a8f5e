/** The server's own word on whether it takes writes and queries. */

import { Flags } from '@oclif/core'
import { BaseCommand } from '../cli/base-command.js'
import { serverFlags } from '../cli/connection-flags.js'
import { exitCode } from '../cli/exit-codes.js'
import { withClient } from '../cli/open-client.js'
import { waitDurationFlag } from '../cli/parse-duration-flag.js'
import { waitForServer } from '../cli/wait-for-server.js'

interface HealthAnswer {
  readonly status: string
  readonly message: string
  readonly version: string
}

export default class Health extends BaseCommand {
  static override summary = 'Ask a server how it is'
  static override description =
    `Prints what /health answers: "pass" when writes and queries are taken, else "fail" and why.

EXIT CODES
  0 it takes writes and queries   4 it does not answer   8 it answers and refuses some of them`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --host http://db1:8086 --ready --wait 30s --json',
  ]
  static override flags = {
    ...serverFlags,
    ready: Flags.boolean({ summary: 'With --wait: until it takes writes and queries, not only until it answers.' }),
    wait: waitDurationFlag(),
  }

  async run() {
    const { flags } = await this.parse(Health)
    return await withClient(flags, async (client) => {
      await waitForServer(client, { isReadyWanted: flags.ready, waitMs: flags.wait })
      const { status, message, version } = (await client.getJson('/health', { isAnyStatus: true })) as HealthAnswer
      this.log(`${status === 'pass' ? '✓' : '✗'} ${status}: ${message}`)
      if (status !== 'pass') process.exitCode = exitCode('mismatch')
      return { schema: 'hyperbyte.health/1', status, message, version }
    })
  }
}
