/** InfluxQL to a server, the answer to stdout or a file. */

import { resolve } from 'node:path'
import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../cli/base-command.js'
import { databaseFlags } from '../cli/connection-flags.js'
import { exitCode } from '../cli/exit-codes.js'
import { targetFlags, withTarget } from '../cli/open-target.js'
import { OperationError } from '../cli/operation-error.js'
import { parseParams } from '../cli/parse-param.js'
import { printAnswer } from '../cli/print-answer.js'
import { type AnswerSink, FileSink, StdoutSink } from '../cli/query/answer-sink.js'
import { RowLimit } from '../cli/query/row-limit.js'
import { readWholeFile } from '../cli/read-input.js'
import type { QueryCall } from '../client/http-client.js'
import type { Target } from '../client/target.js'

const FORMATS = ['table', 'vertical', 'csv', 'json', 'jsonl', 'line', 'parquet'] as const
type Format = (typeof FORMATS)[number]

export default class Query extends BaseCommand {
  static override summary = 'Run InfluxQL statements'
  static override description = `Prints one table for each series. Several statements are separated by semicolons.

Other formats, for programs and files:
  csv      name, tags and columns; a heading where the columns change
  json     what the server sent
  jsonl    a row a line: statement, measurement, tags, time, columns
  line     points of one SELECT of stored fields with GROUP BY *
  parquet  rows of one SELECT, not to a terminal
All but json and parquet are printed as the rows come in, however many they are. Integers have all their digits. Line protocol has
nanoseconds; a Parquet file \`time\`, a column for each tag of GROUP BY, and one for each selected column.

EXIT CODES
  0 done   1 a statement failed   2 no or wrong arguments   3 there are more rows than --max-rows, or rows that line protocol cannot spell
  4 server unreachable   5 not allowed   6 no such database   7 a field has several types   9 another process holds the data directory   11 disk full`
  static override examples = [
    `<%= config.bin %> <%= command.id %> 'SHOW DATABASES'`,
    `<%= config.bin %> <%= command.id %> -d telegraf -e 'SELECT mean(usage_idle) FROM cpu WHERE time > now() - 1h GROUP BY time(5m)'`,
    `<%= config.bin %> <%= command.id %> -d telegraf -e 'SELECT * FROM cpu WHERE host = $host' --param host=server01 --format csv`,
    `<%= config.bin %> <%= command.id %> -d telegraf -e 'SELECT * FROM cpu' --max-rows 1000 --format jsonl | jq .columns`,
    `<%= config.bin %> <%= command.id %> -d telegraf -e 'SELECT * FROM cpu WHERE time > now() - 1d GROUP BY *' --format line --out cpu.lp`,
    `<%= config.bin %> <%= command.id %> -d telegraf -e 'SELECT max(*) FROM cpu GROUP BY time(1h), host' --format parquet --out cpu.parquet`,
    `echo 'SHOW DATABASES' | <%= config.bin %> <%= command.id %> -`,
  ]
  static override args = {
    statements: Args.string({ description: 'The statements; "-" reads them from stdin.' }),
  }
  static override flags = {
    ...targetFlags,
    ...databaseFlags,
    execute: Flags.string({ char: 'e', helpValue: 'TEXT', summary: 'The statements, as the argument.' }),
    file: Flags.string({ char: 'f', helpValue: 'FILE', summary: 'Read the statements from a file.' }),
    explain: Flags.boolean({ summary: 'Tell how a SELECT would be answered, rather than answer it.' }),
    format: Flags.option({ options: FORMATS })({ default: 'table' as const, summary: 'How to print the answer.' }),
    out: Flags.string({
      char: 'o',
      default: '-',
      helpValue: 'FILE|-',
      summary: 'A file, which has its name only when the answer is whole, or stdout.',
    }),
    'max-rows': Flags.integer({
      min: 1,
      helpValue: 'NUMBER',
      summary:
        'Stop after so many rows of all statements together, and end the query where it runs; 3 when there are more.',
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
    checkOutput(flags, this.jsonEnabled())
    const call = {
      text: (flags.explain ? 'EXPLAIN ' : '') + (await readStatements(flags, args.statements)),
      database: flags.database ?? '',
      retentionPolicy: flags.rp ?? '',
      epoch: flags.epoch === 'rfc3339' ? '' : flags.epoch,
      paramsJson: parseParams(flags.param ?? []),
      isPretty: flags.pretty,
    }
    const path = flags.out === '-' ? null : resolve(flags.out)
    const limit = flags['max-rows'] === undefined ? RowLimit.none() : new RowLimit(flags['max-rows'])
    const document = await withTarget(flags, (target) =>
      this.#answer(target, call, { format: this.jsonEnabled() ? 'document' : flags.format, path, limit }),
    )
    if (limit.isPassed) {
      this.trouble(
        `stopped after ${limit.rowCountMax} rows, there are more: a larger --max-rows, or a shorter time range`,
      )
      process.exitCode = exitCode('partial')
    }
    return document
  }

  async #answer(target: Target, call: QueryCall, { format, path, limit }: AnswerPlace) {
    if (format === 'parquet') {
      const { writeParquet } = await import('../cli/query/write-parquet.js')
      return await writeParquet(target, call, { path, limit })
    }
    const sink = path === null ? new StdoutSink() : await FileSink.open(path)
    try {
      const document =
        format === 'line'
          ? await this.#lines(target, call, { sink, limit })
          : await printAnswer(target, call, { format, sink, limit })
      await sink.finish()
      return document
    } finally {
      await sink.abandon()
    }
  }

  async #lines(target: Target, call: QueryCall, output: { readonly sink: AnswerSink; readonly limit: RowLimit }) {
    const { writeLines } = await import('../cli/query/write-lines.js')
    const lostCount = await writeLines(target, call, output)
    if (lostCount === 0) return undefined
    this.trouble(`${lostCount} rows have a name or tag that line protocol cannot spell`)
    process.exitCode = exitCode('partial')
  }
}

interface AnswerPlace {
  readonly format: Format | 'document'
  /** null: stdout. */
  readonly path: string | null
  readonly limit: RowLimit
}

interface OutputFlags {
  readonly format: Format
  readonly out: string
  readonly epoch: string
  readonly explain: boolean
}

function checkOutput({ format, out, epoch, explain }: OutputFlags, isJson: boolean): void {
  if (isJson && out !== '-') {
    throw new OperationError('--json prints its document to stdout', {
      exit: 'usage',
      hint: 'use --format json --out FILE',
    })
  }
  if (isJson || (format !== 'line' && format !== 'parquet')) return
  if (explain) throw new OperationError(`--explain has no rows for --format ${format}`, { exit: 'usage' })
  if (epoch !== 'rfc3339' && epoch !== 'ns') {
    throw new OperationError(`--format ${format} has nanoseconds, whatever --epoch says`, {
      exit: 'usage',
      hint: 'leave --epoch out',
    })
  }
  if (format === 'parquet' && out === '-' && process.stdout.isTTY) {
    throw new OperationError('a Parquet file is nothing for a terminal', {
      exit: 'usage',
      hint: 'add --out FILE, or redirect stdout: > FILE',
    })
  }
}

interface StatementFlags {
  readonly execute?: string
  readonly file?: string
}

async function readStatements({ execute, file }: StatementFlags, argument: string | undefined): Promise<string> {
  const given = [execute, file, argument].filter((text) => text !== undefined)
  if (given.length > 1) {
    throw new OperationError('the statements are given twice', {
      exit: 'usage',
      hint: 'as an argument, -e TEXT or -f FILE',
    })
  }
  const path = argument === '-' ? '-' : file
  const statements = path === undefined ? (execute ?? argument ?? '') : await readWholeFile(path)
  if (statements.trim() !== '') return statements
  throw new OperationError('there is no statement to run', {
    exit: 'usage',
    hint: "hyperbyte query 'SHOW DATABASES', or -f FILE, or - for stdin",
  })
}
