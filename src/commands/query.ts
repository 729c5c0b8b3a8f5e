/** InfluxQL to a server, the answer to stdout. */

import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../cli/base-command.js'
import { databaseFlags } from '../cli/connection-flags.js'
import { targetFlags, withTarget } from '../cli/open-target.js'
import { OperationError } from '../cli/operation-error.js'
import { parseParams } from '../cli/parse-param.js'
import { printAnswer } from '../cli/print-answer.js'
import { readWholeFile } from '../cli/read-input.js'

export default class Query extends BaseCommand {
  static override summary = 'Run InfluxQL statements'
  static override description = `Prints one table for each series. Several statements are separated by semicolons.

EXIT CODES
  0 done   1 a statement failed   2 no or wrong arguments   4 server unreachable   5 not allowed   6 no such database
  9 another process holds the data directory`
  static override examples = [
    `<%= config.bin %> <%= command.id %> -d telegraf -e 'SELECT mean(usage_idle) FROM cpu WHERE time > now() - 1h GROUP BY time(5m)'`,
    `<%= config.bin %> <%= command.id %> -d telegraf -e 'SELECT * FROM cpu WHERE host = $host' --param host=server01 --format csv`,
    `echo 'SHOW DATABASES' | <%= config.bin %> <%= command.id %> -`,
  ]
  static override args = {
    source: Args.string({ description: '"-" reads the statements from stdin.', options: ['-'] }),
  }
  static override flags = {
    ...targetFlags,
    ...databaseFlags,
    execute: Flags.string({ char: 'e', helpValue: 'TEXT', summary: 'The statements.', exclusive: ['file'] }),
    file: Flags.string({ char: 'f', helpValue: 'FILE', summary: 'Read the statements from a file.' }),
    explain: Flags.boolean({ summary: 'Tell how a SELECT would be answered, rather than answer it.' }),
    format: Flags.option({ options: ['table', 'vertical', 'csv', 'json'] as const })({
      default: 'table' as const,
      summary: 'How to print the answer; json is what the server sent.',
    }),
    epoch: Flags.option({ options: ['rfc3339', 'ns', 'u', 'ms', 's', 'm', 'h'] as const })({
      default: 'rfc3339' as const,
      aliases: ['precision'],
      summary: 'Times as text, or as numbers in this unit.',
    }),
    param: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'NAME=VALUE',
      summary: 'Value of $NAME.',
    }),
    pretty: Flags.boolean({ summary: 'Indent the JSON.' }),
  }

  async run() {
    const { flags, args } = await this.parse(Query)
    const call = {
      text: (flags.explain ? 'EXPLAIN ' : '') + (await readStatements(flags.execute, flags.file ?? args.source)),
      database: flags.database ?? '',
      retentionPolicy: flags.rp ?? '',
      epoch: flags.epoch === 'rfc3339' ? '' : flags.epoch,
      paramsJson: parseParams(flags.param ?? []),
      isPretty: flags.pretty,
    }
    return await withTarget(flags, (target) =>
      printAnswer(target, call, this.jsonEnabled() ? 'document' : flags.format),
    )
  }
}

async function readStatements(text: string | undefined, file: string | undefined): Promise<string> {
  const statements = text ?? (file === undefined ? '' : await readWholeFile(file))
  if (statements.trim() !== '') return statements
  throw new OperationError('there is no statement to run', {
    exit: 'usage',
    hint: "hyperbyte query -e 'SHOW DATABASES', or -f FILE, or - for stdin",
  })
}
