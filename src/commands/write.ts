/** Line protocol to a server, in batches. Ends with 3 when the server refused some of it. */

import { closeSync, openSync, writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../cli/base-command.js'
import { databaseFlags } from '../cli/connection-flags.js'
import { parseErrorLimit } from '../cli/error-limit.js'
import { exitCode } from '../cli/exit-codes.js'
import { fileFailure } from '../cli/file-failure.js'
import { targetFlags, withTarget } from '../cli/open-target.js'
import { OperationError } from '../cli/operation-error.js'
import { readFilePieces } from '../cli/read-input.js'
import type { RejectedLine } from '../client/find-rejected.js'
import { LineSplitter } from '../client/split-lines.js'
import type { Target } from '../client/target.js'
import { BatchWriter } from '../client/write-batches.js'

export default class Write extends BaseCommand {
  static override summary = 'Write points in line protocol'
  static override description =
    `Takes the points from the argument, from files or, with "-", from stdin. Files that end in .gz are unpacked.

EXIT CODES
  0 all written   1 more were refused than --max-errors allows   3 some were refused   4 server unreachable   5 not allowed
  6 no such database or file   9 another process holds the data directory`
  static override examples = [
    `<%= config.bin %> <%= command.id %> -d demo 'cpu,host=a usage=42.5'`,
    '<%= config.bin %> <%= command.id %> -d demo --precision s --file points.lp --errors-file refused.lp',
    'zcat dump.gz | <%= config.bin %> <%= command.id %> -d demo -',
  ]
  static override args = {
    points: Args.string({ description: 'Line protocol, or "-" for stdin.' }),
  }
  static override flags = {
    ...targetFlags,
    ...databaseFlags,
    file: Flags.string({
      char: 'f',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'FILE',
      summary: 'Read points from a file.',
    }),
    precision: Flags.option({ options: ['ns', 'u', 'ms', 's', 'm', 'h'] as const })({
      default: 'ns' as const,
      summary: 'Unit of the timestamps.',
    }),
    batch: Flags.integer({ default: 5000, min: 1, max: 1_000_000, helpValue: 'N', summary: 'Lines in one request.' }),
    gzip: Flags.boolean({ summary: 'Compress the requests.' }),
    rate: Flags.integer({ min: 1, helpValue: 'LINES', summary: 'Send at most so many lines per second.' }),
    'errors-file': Flags.string({
      helpValue: 'FILE',
      summary:
        'Write refused lines there, each after a comment with the reason. To find them, parts of a batch are sent twice, which is harmless for points with timestamps.',
    }),
    'max-errors': Flags.string({ helpValue: 'N|P%', summary: 'Give up when more lines than this have been refused.' }),
    'dry-run': Flags.boolean({ summary: 'Read and count, send nothing.' }),
  }

  async run() {
    const { flags, args } = await this.parse(Write)
    const sources = [...(flags.file ?? []), ...(args.points === '-' ? ['-'] : [])]
    const inline = args.points === '-' ? undefined : args.points
    if (sources.length === 0 && inline === undefined) {
      throw new OperationError('there is nothing to write', {
        exit: 'usage',
        hint: "hyperbyte write -d demo 'cpu,host=a usage=42.5', or --file FILE, or - for stdin",
      })
    }
    if (flags.database === undefined) {
      throw new OperationError('no database named', { exit: 'usage', hint: 'add --database NAME' })
    }
    const errorsFile = flags['errors-file'] === undefined ? null : new ErrorsFile(flags['errors-file'])
    const checkLimit = parseErrorLimit(flags['max-errors'])
    const startedMs = performance.now()
    try {
      return await withTarget(flags, async (target) => {
        const writer = new BatchWriter({
          batchLineCount: flags.batch,
          onRefusal: (reason) => this.trouble(`refused: ${reason.split('\n')[0]}`),
          onRejected: errorsFile === null ? null : (rejected) => errorsFile.add(rejected),
          send: async (lines) => {
            if (flags.rate !== undefined) await sleepToRate(writer.totals.lineCount, flags.rate, startedMs)
            if (flags['dry-run']) return
            checkLimit(writer.totals.lineCount, writer.totals.rejectedCount)
            await sendLines(target, lines, flags)
          },
        })
        try {
          await writeAll(writer, inline, sources)
          checkLimit(writer.totals.lineCount, writer.totals.rejectedCount)
        } catch (error) {
          const { lineCount, rejectedCount } = writer.totals
          if (lineCount > rejectedCount)
            this.trouble(
              `stopped after ${countOf(lineCount, 'line')}; writing them again changes nothing if they have timestamps`,
            )
          throw error
        }
        return this.#report(writer, flags['dry-run'], performance.now() - startedMs)
      })
    } finally {
      errorsFile?.close()
    }
  }

  #report({ totals }: BatchWriter, isDryRun: boolean, elapsedMs: number) {
    const { lineCount, rejectedCount, batchCount } = totals
    const seconds = elapsedMs / 1000
    const verb = isDryRun ? 'would write' : 'wrote'
    const refused = rejectedCount === 0 ? '' : `, ${rejectedCount} refused`
    this.note(
      `${verb} ${countOf(lineCount - rejectedCount, 'line')} in ${countOf(batchCount, 'request')} and ${seconds.toFixed(1)} s${refused}`,
    )
    if (rejectedCount > 0) process.exitCode = exitCode('partial')
    return {
      schema: 'hyperbyte.write/1',
      written: lineCount - rejectedCount,
      rejected: rejectedCount,
      requests: batchCount,
      elapsed_s: Number(seconds.toFixed(3)),
    }
  }
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

async function writeAll(writer: BatchWriter, inline: string | undefined, sources: readonly string[]): Promise<void> {
  if (inline !== undefined) await writeText(writer, [inline])
  for (const source of sources) await writeText(writer, readFilePieces(source))
  await writer.flush()
}

async function writeText(writer: BatchWriter, pieces: AsyncIterable<string> | Iterable<string>): Promise<void> {
  const splitter = new LineSplitter()
  for await (const piece of pieces) await writer.add(splitter.push(piece))
  await writer.add(splitter.finish())
}

interface SendOptions {
  readonly database?: string
  readonly rp?: string
  readonly precision: string
  readonly gzip: boolean
}

async function sendLines(target: Target, lines: readonly string[], { database, rp, precision, gzip }: SendOptions) {
  await target.write({
    database: database ?? '',
    retentionPolicy: rp ?? '',
    precision,
    body: Buffer.from(lines.join('\n') + '\n'),
    isCompressed: gzip,
  })
}

/** Waits until `lineCount` lines may have been sent. */
async function sleepToRate(lineCount: number, linesPerSecond: number, startedMs: number): Promise<void> {
  const dueMs = startedMs + (lineCount / linesPerSecond) * 1000
  const waitMs = dueMs - performance.now()
  if (waitMs > 0) await sleep(waitMs)
}

/** Opened before the first line is sent: a name that cannot be written should not cost the refused lines. */
class ErrorsFile {
  readonly #handle: number

  constructor(path: string) {
    try {
      this.#handle = openSync(path, 'w')
    } catch (cause) {
      throw fileFailure('write', path, cause)
    }
  }

  add({ line, reason }: RejectedLine): void {
    writeSync(this.#handle, `# ${reason.replaceAll('\n', ' ')}\n${line}\n`)
  }

  close(): void {
    closeSync(this.#handle)
  }
}
