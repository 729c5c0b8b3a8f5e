/**
 * Runs a query and prints its answer as it arrives. Statements that failed are reported on stderr where they come; the
 * first of them decides how the command ends.
 */

import { ClientError } from '../client/client-error.js'
import type { QueryCall } from '../client/http-client.js'
import { parseExactJson } from '../client/parse-exact-json.js'
import type { AnswerResult, QueryAnswer } from '../client/query-answer.js'
import type { Target } from '../client/target.js'
import { kindOfStatementError } from '../client/translate-answer.js'
import { type AnswerFormat, FORMAT_SERIES, maskFor } from './format-answer.js'
import type { AnswerSink } from './query/answer-sink.js'
import { mergeAnswers } from './query/merge-answers.js'
import type { RowLimit } from './query/row-limit.js'
import { printGoJson } from './shell/print-go-json.js'

/** `document`: nothing is printed, the answer is returned with big integers as strings. */
export type PrintFormat = AnswerFormat | 'json' | 'document'

export interface AnswerOutput {
  readonly format: PrintFormat
  readonly sink: AnswerSink
  readonly limit: RowLimit
}

/** Tables are told apart by an empty line. */
const IS_SPACED = { table: true, vertical: true, csv: false, jsonl: false } as const satisfies Record<
  AnswerFormat,
  boolean
>

/** A server's own pieces are no longer. */
const CHUNK_ROW_COUNT_MAX = 10_000

export async function printAnswer(target: Target, call: QueryCall, { format, sink, limit }: AnswerOutput) {
  if (format !== 'json' && format !== 'document') return await printSeries(target, call, { format, sink, limit })
  const text = await readDocument(target, call, limit)
  if (format === 'json') await sink.write(text)
  const { results = [], error } = parseExactJson(text) as QueryAnswer
  if (error !== undefined) throw failureOf(error)
  const failure = firstFailure(results)
  if (failure !== null) throw failure
  return { schema: 'hyperbyte.query/1', results: withTextIntegers(results) }
}

/** Without a limit what the server wrote, byte for byte; with one no more than that many rows are ever asked for or held. */
async function readDocument(target: Target, call: QueryCall, limit: RowLimit): Promise<string> {
  if (limit.rowCountMax === Number.POSITIVE_INFINITY) return await target.queryText(call)
  const { isPretty, ...rest } = call
  const answers = target.query(inPieces({ ...rest, isPretty: false }, limit))
  return `${printGoJson(await mergeAnswers(limit.cut(answers)), isPretty ? '    ' : '')}\n`
}

/** One row more than is shown tells that there are more. */
function inPieces(call: QueryCall, { rowCountMax }: RowLimit): QueryCall {
  return rowCountMax < CHUNK_ROW_COUNT_MAX ? { ...call, chunkRowCount: rowCountMax + 1 } : call
}

interface SeriesOutput extends AnswerOutput {
  readonly format: AnswerFormat
}

async function printSeries(target: Target, call: QueryCall, { format, sink, limit }: SeriesOutput): Promise<undefined> {
  let failure: ClientError | null = null
  let isContinued = false
  let isFirst = true
  let previousColumns: string | null = null
  for await (const { results = [], error } of limit.cut(target.query(inPieces(call, limit)))) {
    if (error !== undefined) throw failureOf(error)
    for (const result of results) {
      for (const series of result.series ?? []) {
        const gap = isFirst || isContinued || !IS_SPACED[format] ? '' : '\n'
        const piece = { series, isContinued, previousColumns, statement: result.statement_id ?? 0 }
        if (!(await sink.write(gap + FORMAT_SERIES[format](piece)))) return undefined
        isContinued = series.partial === true
        previousColumns = series.columns.join()
        isFirst = false
      }
      for (const { level, text } of result.messages ?? [])
        process.stderr.write(maskFor(process.stderr, `${level}: ${text}\n`))
      failure = failure ?? firstFailure([result])
    }
  }
  if (failure !== null) throw failure
}

function firstFailure(results: readonly AnswerResult[]): ClientError | null {
  const error = results.find((result) => result.error !== undefined)?.error
  return error === undefined ? null : failureOf(error)
}

function failureOf(error: string): ClientError {
  return new ClientError(kindOfStatementError(error), error)
}

function withTextIntegers(results: readonly AnswerResult[]): AnswerResult[] {
  return results.map((result) => ({
    ...result,
    ...(result.series && {
      series: result.series.map((series) => ({
        ...series,
        values: (series.values ?? []).map((row) =>
          row.map((value) => (typeof value === 'bigint' ? String(value) : value)),
        ),
      })),
    }),
  }))
}
