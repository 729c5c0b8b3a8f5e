/** The flags that name an InfluxDB 1.x to read from, and the open client they lead to. */

import { Flags } from '@oclif/core'
import { HttpClient } from '../client/http-client.js'
import type { TimeRange } from '../operations/backfill/time-ranges.js'
import { toClientOptions } from './connection-flags.js'
import { OperationError } from './operation-error.js'
import { parseDurationFlag } from './parse-duration-flag.js'
import { parseTimeFlag } from './parse-time-flag.js'
import { talk } from './talk/talk.js'

const GROUP = 'SOURCE'

const timeFlag = Flags.custom<bigint>({ parse: parseTimeFlag, helpValue: 'TIME' })

export const sourceFlags = {
  source: Flags.string({ helpGroup: GROUP, helpValue: 'URL', summary: 'The InfluxDB 1.x to read from.' }),
  'source-username': Flags.string({
    env: 'HYPERBYTE_SOURCE_USERNAME',
    helpGroup: GROUP,
    helpValue: 'NAME',
    summary: 'User name there.',
  }),
  'source-password-file': Flags.string({
    helpGroup: GROUP,
    helpValue: 'FILE',
    summary: 'File with the password there [env: HYPERBYTE_SOURCE_PASSWORD].',
  }),
  'source-timeout': Flags.custom<number>({ parse: parseDurationFlag })({
    default: 60_000,
    defaultHelp: async () => '60s',
    helpGroup: GROUP,
    helpValue: 'DURATION',
    summary: 'Longest silence of the source before a slice is halved.',
  }),
  'source-insecure': Flags.boolean({ helpGroup: GROUP, summary: "Do not check the source's certificate." }),
}

/** Which part of the source. */
export const scopeFlags = {
  rp: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    helpGroup: GROUP,
    helpValue: 'NAME',
    summary: 'Only this retention policy; may be repeated.',
  }),
  measurement: Flags.string({
    char: 'm',
    multiple: true,
    multipleNonGreedy: true,
    helpGroup: GROUP,
    helpValue: 'NAME',
    summary: 'Only this measurement; may be repeated.',
  }),
  start: timeFlag({ helpGroup: GROUP, summary: 'Only points at or after this time.' }),
  end: timeFlag({ helpGroup: GROUP, summary: 'Only points before this time.' }),
}

/** How hard the source is read. */
export const paceFlags = {
  'source-jobs': Flags.integer({
    default: 2,
    min: 1,
    max: 64,
    helpValue: 'N',
    summary: 'Slices to read at the same time.',
  }),
  'slice-points': Flags.integer({
    default: 5_000_000,
    min: 1000,
    helpValue: 'N',
    summary: 'Field values above which slices are made shorter.',
  }),
  rate: Flags.integer({ min: 1, helpValue: 'POINTS', summary: 'Read at most so many field values per second.' }),
  'max-source-load': Flags.string({
    default: '0',
    helpValue: 'FACTOR',
    summary: 'Wait while the source answers so many times slower than at the start, for example 2; 0 does not look.',
  }),
  'quiet-hours': Flags.string({ helpValue: 'HH:MM-HH:MM', summary: 'Do not read between these local times.' }),
}

export interface SourceFlagValues {
  readonly 'source-username'?: string
  readonly 'source-password-file'?: string
  readonly 'source-timeout': number
  readonly 'source-insecure': boolean
}

export async function withSource<T>(
  url: string,
  flags: SourceFlagValues,
  run: (source: HttpClient) => Promise<T>,
): Promise<T> {
  const environment = { HYPERBYTE_PASSWORD: process.env['HYPERBYTE_SOURCE_PASSWORD'] }
  const connection = {
    host: [url],
    username: flags['source-username'],
    'password-file': flags['source-password-file'],
    timeout: flags['source-timeout'],
    insecure: flags['source-insecure'],
  }
  const options = toClientOptions(connection, environment, () => {})
  const client = await HttpClient.open({ ...options, trace: talk.requestTrace() })
  try {
    return await run(client)
  } finally {
    await client.close()
  }
}

/** `--start` and `--end` as a range; everything when neither is given. */
export function windowOf({ start, end }: { readonly start?: bigint; readonly end?: bigint }): TimeRange {
  const window = { startNs: start ?? -(2n ** 63n), endNs: end ?? 2n ** 63n - 1n }
  if (window.startNs < window.endNs) return window
  throw new OperationError('--start is not before --end', { exit: 'usage' })
}
