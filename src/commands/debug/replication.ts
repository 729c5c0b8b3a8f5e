/** How far each replica is behind each other one. A single node has no others, and says so in the shape that several will fill. */

import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { withDebugSource } from '../../cli/debug/debug-source.js'
import { COMPARISON_EXITS, nodeFlag, requireNode } from '../../cli/debug/node-flag.js'
import { targetFlags } from '../../cli/open-target.js'
import { parseDurationFlag } from '../../cli/parse-duration-flag.js'

export default class DebugReplication extends BaseCommand {
  static override summary = 'Show how far replicas are behind each other'
  static override description = COMPARISON_EXITS
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --warn 5s --crit 30s',
  ]
  static override flags = {
    ...targetFlags,
    ...nodeFlag,
    warn: Flags.custom<number>({ parse: parseDurationFlag })({
      default: 10_000,
      defaultHelp: async () => '10s',
      helpValue: 'DURATION',
      summary: 'A lag from which a replica counts as lagging.',
    }),
    crit: Flags.custom<number>({ parse: parseDurationFlag })({
      default: 60_000,
      defaultHelp: async () => '60s',
      helpValue: 'DURATION',
      summary: 'A lag from which it counts as stalled.',
    }),
  }

  async run() {
    const { flags } = await this.parse(DebugReplication)
    requireNode(flags)
    return await withDebugSource(flags, async (source) => {
      await source.ask('server')
      this.log('single node: no replication')
      return {
        schema: 'hyperbyte.debug.replication/1',
        replicated: false,
        links: [],
        warn_s: flags.warn / 1000,
        crit_s: flags.crit / 1000,
      }
    })
  }
}
