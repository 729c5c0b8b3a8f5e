/** Everything that somebody who helps from afar asks for, in one file, without secrets. */

import { writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { collectBundle } from '../../cli/debug/collect-bundle.js'
import { withDebugSource } from '../../cli/debug/debug-source.js'
import { textColumns } from '../../cli/debug/text-columns.js'
import { exitCode } from '../../cli/exit-codes.js'
import { fileFailure } from '../../cli/file-failure.js'
import { targetFlags } from '../../cli/open-target.js'
import { parseTimeFlag } from '../../cli/parse-time-flag.js'
import { formatBytes } from '../../cli/progress/format-quantity.js'
import { parseDurationMs } from '../../daemon/config/option-parsers.js'
import { writeTar } from '../../operations/bundle/write-tar.js'

export default class DebugBundle extends BaseCommand {
  static override summary = 'Pack configuration, versions, metrics and plans into one file for a bug report'
  static override description =
    `Lists what is in it before it is written. Secrets are left out; names of databases, measurements and tags are in it, stored values are not, but texts of statements that run now, and whatever the server has logged, are.

The log is the part that the server keeps in memory: a megabyte at most.

EXIT CODES
  0 written   3 written, but parts could not be had   4 server unreachable   5 not an admin   7 the file exists`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --since 6h',
    '<%= config.bin %> <%= command.id %> --data-dir /var/lib/hyperbyte --out bundle.tar.gz',
  ]
  static override flags = {
    ...targetFlags,
    since: Flags.custom<bigint>({ parse: parseSince })({
      default: async () => parseSince('1h'),
      defaultHelp: async () => '1h',
      helpValue: 'DURATION|TIME',
      summary: 'How far back the log of the server goes.',
    }),
    out: Flags.string({ helpValue: 'FILE', summary: 'Where to [default: hyperbyte-bundle-TIME.tar.gz].' }),
    'dry-run': Flags.boolean({ summary: 'Only list what would be in it.' }),
  }

  async run() {
    const { flags } = await this.parse(DebugBundle)
    const nowMs = Date.now()
    const stamp = new Date(nowMs).toISOString().replace(/[-:]/g, '').slice(0, 15)
    const out = flags.out ?? `hyperbyte-bundle-${stamp}.tar.gz`
    const { files, failures } = await withDebugSource(flags, (source) =>
      collectBundle(source, { version: this.config.version, sinceNs: flags.since }),
    )
    const rows = files.map(({ name, content }) => [name, formatBytes(Buffer.byteLength(content))])
    this.log(textColumns(['FILE', '#SIZE'], rows))
    for (const failure of failures) this.trouble(`could not get ${failure}`)
    if (!flags['dry-run']) {
      const folder = `hyperbyte-bundle-${stamp}`
      const named = files.map(({ name, content }) => ({ name: `${folder}/${name}`, content }))
      writeBundle(out, gzipSync(writeTar(named, nowMs)))
      this.log(`wrote ${out}`)
    }
    if (failures.length > 0) process.exitCode = exitCode('partial')
    return {
      schema: 'hyperbyte.debug.bundle/1',
      path: flags['dry-run'] ? null : out,
      files: files.map(({ name }) => name),
      failures,
    }
  }
}

/** `1h` is an hour ago. */
async function parseSince(raw: string): Promise<bigint> {
  return await parseTimeFlag(parseDurationMs(raw) === null ? raw : `-${raw}`)
}

function writeBundle(path: string, bytes: Buffer): void {
  try {
    writeFileSync(path, bytes, { flag: 'wx', mode: 0o600 })
  } catch (cause) {
    throw fileFailure('write', path, cause)
  }
}
