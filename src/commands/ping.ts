/** Is a server there? For people, for containers and for scripts that wait for a start. */

import { setTimeout as sleep } from 'node:timers/promises'
import { Flags } from '@oclif/core'
import { BaseCommand } from '../cli/base-command.js'
import { serverFlags } from '../cli/connection-flags.js'
import { withClient } from '../cli/open-client.js'
import { parseDurationFlag } from '../cli/parse-duration-flag.js'
import { ClientError } from '../client/client-error.js'
import type { HttpClient } from '../client/http-client.js'

const RETRY_MS = 200

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
    wait: Flags.custom<number>({ parse: parseDurationFlag })({
      default: 0,
      defaultHelp: async () => '0s',
      helpValue: 'DURATION',
      summary: 'Keep asking for so long.',
    }),
    quiet: Flags.boolean({ char: 'q', summary: 'Print nothing; the exit code is the answer.' }),
  }

  async run() {
    const { flags } = await this.parse(Ping)
    return await withClient(flags, async (client) => {
      const startedMs = performance.now()
      await waitFor(client, flags.ready, flags.wait)
      const server = await client.ping()
      const elapsedMs = Math.round(performance.now() - startedMs)
      if (!flags.quiet) this.log(`${server.host} answers after ${elapsedMs} ms, version ${server.version}`)
      return { schema: 'hyperbyte.ping/1', ...server, elapsed_ms: elapsedMs }
    })
  }
}

async function waitFor(client: HttpClient, isReadyWanted: boolean, waitMs: number): Promise<void> {
  const deadlineMs = performance.now() + waitMs
  for (;;) {
    try {
      await (isReadyWanted ? client.checkReady() : client.ping())
      return
    } catch (error) {
      const isWorthWaiting = error instanceof ClientError && error.kind === 'unreachable'
      if (!isWorthWaiting || performance.now() + RETRY_MS > deadlineMs) throw error
      await sleep(RETRY_MS)
    }
  }
}
