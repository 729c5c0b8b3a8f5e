/** Trouble on purpose, for drills, in a server that was started for it. */

import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { serverFlags } from '../../cli/connection-flags.js'
import { textColumns } from '../../cli/debug/text-columns.js'
import { withClient } from '../../cli/open-client.js'
import { OperationError } from '../../cli/operation-error.js'
import { parseDurationFlag } from '../../cli/parse-duration-flag.js'
import { parseShareFlag } from '../../cli/parse-share-flag.js'
import { formatSeconds } from '../../cli/progress/format-quantity.js'
import { ClientError } from '../../client/client-error.js'
import type { HttpClient } from '../../client/http-client.js'

const PATH = '/api/v1/faults'

const KINDS = ['delay-writes', 'delay-queries', 'drop-writes', 'drop-queries', 'disk-full', 'flush-fails'] as const

interface FaultDocument {
  readonly id: string
  readonly kind: string
  readonly started: string
  readonly ends: string
  readonly delay_s: number
  readonly share: number
  readonly met: number
}

export default class DebugFault extends BaseCommand {
  static override hidden = true
  static override summary = 'Make a development server misbehave for a while, for drills'
  static override description =
    `Only a server that was started with --dev, or with debug.fault-injection-enabled, takes faults; every other one answers as if there were no such thing. Without KIND the faults in force are listed. A fault ends by itself; nothing that was acknowledged is lost by it.

delay-writes, delay-queries: --share of the requests wait for --delay. drop-writes, drop-queries: their connection is closed without an answer, and they are not carried out. disk-full: writes are answered as on a full disk (507), and flushes fail. flush-fails: rows stay in memory and in the log.

EXIT CODES
  0 done   4 server unreachable   5 the server takes no faults, or not an admin   6 no such fault`
  static override examples = [
    '<%= config.bin %> <%= command.id %> delay-writes --delay 2s --share 50% --for 1m',
    '<%= config.bin %> <%= command.id %> disk-full --for 30s',
    '<%= config.bin %> <%= command.id %> --clear all',
  ]
  static override args = {
    kind: Args.string({ options: [...KINDS], description: 'What to make go wrong.' }),
  }
  static override flags = {
    ...serverFlags,
    for: Flags.custom<number>({ parse: parseDurationFlag })({
      default: 60_000,
      defaultHelp: async () => '1m',
      helpValue: 'DURATION',
      summary: 'How long, at most an hour.',
    }),
    delay: Flags.custom<number>({ parse: parseDurationFlag })({
      default: 1000,
      defaultHelp: async () => '1s',
      helpValue: 'DURATION',
      summary: 'Of delay-writes and delay-queries, at most a minute.',
    }),
    share: Flags.custom<number>({ parse: parseShareFlag })({
      default: 1,
      defaultHelp: async () => '100%',
      helpValue: 'P%',
      summary: 'Of the requests, evenly: 50% or 1/2.',
    }),
    clear: Flags.string({ helpValue: 'ID|all', summary: 'End this fault, or all, now.' }),
  }

  async run() {
    const { flags, args } = await this.parse(DebugFault)
    if (args.kind !== undefined && flags.clear !== undefined) {
      throw new OperationError('a fault is either made or cleared', { exit: 'usage' })
    }
    const faults = await withClient(flags, async (client) => {
      if (flags.clear !== undefined) return await clear(client, flags.clear)
      if (args.kind === undefined) return await ask(client, 'GET')
      const { delay, share } = flags
      const search = { kind: args.kind, for_ms: String(flags.for), delay_ms: String(delay), share: String(share) }
      return await ask(client, 'POST', search)
    })
    this.log(faults.length === 0 ? 'no fault is in force' : renderFaults(faults))
    return { schema: 'hyperbyte.debug.fault/1', faults }
  }
}

async function clear(client: HttpClient, id: string): Promise<readonly FaultDocument[]> {
  if (id === 'all') return await ask(client, 'DELETE')
  const known = await ask(client, 'GET')
  if (known.some((fault) => fault.id === id)) return await ask(client, 'DELETE', { id })
  throw new OperationError(`there is no fault ${id}`, { exit: 'missing', hint: 'hyperbyte debug fault lists them' })
}

async function ask(
  client: HttpClient,
  method: 'GET' | 'POST' | 'DELETE',
  search: Readonly<Record<string, string>> = {},
): Promise<readonly FaultDocument[]> {
  const query = new URLSearchParams(search)
  try {
    const document = await client.askApi(method, query.size === 0 ? PATH : `${PATH}?${query}`)
    return (document as { faults: readonly FaultDocument[] }).faults
  } catch (error) {
    if (!(error instanceof ClientError) || error.status !== 404) throw error
    throw new OperationError(`${client.name} takes no faults`, {
      exit: 'denied',
      hint: 'only a server started with --dev or debug.fault-injection-enabled does; never one with data that matters',
      cause: error,
    })
  }
}

function renderFaults(faults: readonly FaultDocument[]): string {
  const rows = faults.map(({ id, kind, started, ends, delay_s, share, met }) => [
    id,
    kind,
    started.slice(0, 19),
    formatSeconds((Date.parse(ends) - Date.now()) / 1000),
    delay_s === 0 ? '' : `${delay_s} s`,
    `${Math.round(share * 100)}%`,
    String(met),
  ])
  return textColumns(['ID', 'KIND', 'SINCE', '#ENDS IN', '#DELAY', '#SHARE', '#MET'], rows)
}
