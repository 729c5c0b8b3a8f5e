/** Who leads, and how far each node's log is. A single node has no others, and says so in the shape that several will fill. */

import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { withDebugSource } from '../../cli/debug/debug-source.js'
import { COMPARISON_EXITS, nodeFlag, requireNode } from '../../cli/debug/node-flag.js'
import { targetFlags } from '../../cli/open-target.js'

export default class DebugRaft extends BaseCommand {
  static override summary = 'Show leader, term and log positions'
  static override description = COMPARISON_EXITS
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --data-dir /var/lib/hyperbyte',
  ]
  static override flags = {
    ...targetFlags,
    ...nodeFlag,
    log: Flags.integer({
      min: 1,
      helpValue: 'N',
      summary: 'List the last entries of the Raft log; a single node has none.',
    }),
  }

  async run() {
    const { flags } = await this.parse(DebugRaft)
    requireNode(flags)
    return await withDebugSource(flags, async (source) => {
      const { log_sequence: sequence, log_flushed_sequence: flushed } = await source.ask('server')
      this.log(`single node: no elections; the log is at record ${sequence}, in files up to ${flushed}`)
      if (flags.log !== undefined) this.log('no Raft log: changes of metadata are in force at once')
      return {
        schema: 'hyperbyte.debug.raft/1',
        term: null,
        leader: 0,
        nodes: [
          { id: 0, last_index: sequence, commit_index: sequence, applied_index: sequence, snapshot_index: flushed },
        ],
        elections_24h: 0,
        log: [],
      }
    })
  }
}
