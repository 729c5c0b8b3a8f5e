/** Who has what: nodes, their roles, and the databases with their policies. */

import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { withDebugSource } from '../../cli/debug/debug-source.js'
import { targetFlags } from '../../cli/open-target.js'
import { formatBytes } from '../../cli/progress/format-quantity.js'
import type { DebugServer } from '../../client/debug-documents.js'

export default class DebugTopology extends BaseCommand {
  static override summary = 'Show nodes, roles and what each owns'
  static override description = `EXIT CODES
  0 done   4 server unreachable   5 not an admin   9 a server holds the data directory`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --format dot | dot -Tsvg',
  ]
  static override flags = {
    ...targetFlags,
    format: Flags.option({ options: ['tree', 'dot', 'json'] as const })({
      default: 'tree' as const,
      summary: 'How to print it.',
    }),
  }

  async run() {
    const { flags } = await this.parse(DebugTopology)
    return await withDebugSource(flags, async (source) => {
      const server = await source.ask('server')
      const { databases } = server
      const node = { id: 0, addr: source.name, role: 'single', zone: null, state: 'active', databases }
      const document = { schema: 'hyperbyte.debug.topology/1', cluster: null, nodes: [node] }
      const text = {
        tree: () => renderTree(server, source.name),
        dot: () => renderDot(server, source.name),
        json: () => JSON.stringify(document, null, 2),
      }
      this.log(text[flags.format]())
      return document
    })
  }
}

function renderTree({ databases, version }: DebugServer, name: string): string {
  const lines = databases.map(({ name: database, policies, files, bytes }, index) => {
    const branch = index === databases.length - 1 ? '└─' : '├─'
    return `${branch} ${database}  (${policies.join(', ')})  ${files} files  ${formatBytes(bytes)}`
  })
  return [`node 0  ${name}  single  ${version}`, ...lines].join('\n')
}

function renderDot({ databases }: DebugServer, name: string): string {
  const edges = databases.map((database) => `  node0 -> ${JSON.stringify(`database ${database.name}`)};`)
  return ['digraph hyperbyte {', `  node0 [label=${JSON.stringify(`node 0\n${name}`)}];`, ...edges, '}'].join('\n')
}
