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
import { type AnswerFormat, FORMAT_SERIES } from './format-answer.js'

/** `document`: nothing is printed, the answer is returned with big integers as strings. */
export type PrintFormat = AnswerFormat | 'json' | 'document'

export async function printAnswer(target: Target, call: QueryCall, format: PrintFormat) {
  if (format !== 'json' && format !== 'document') return await printSeries(target, call, format)
  const text = await target.queryText(call)
  if (format === 'json') process.stdout.write(text)
  const { results = [] } = parseExactJson(text) as QueryAnswer
  const failure = firstFailure(results)
  if (failure !== null) throw failure
  return { schema: 'hyperbyte.query/1', results: withTextIntegers(results) }
}

async function printSeries(target: Target, call: QueryCall, format: AnswerFormat): Promise<undefined> {
  let failure: ClientError | null = null
  let isContinued = false
  let isFirst = true
  let previousColumns: string | null = null
  for await (const { results = [], error } of target.query(call)) {
    if (error !== undefined) throw new ClientError(kindOfStatementError(error), error)
    for (const result of results) {
      for (const series of result.series ?? []) {
        // Tables are told apart by an empty line; CSV has none.
        const gap = isFirst || isContinued || format === 'csv' ? '' : '\n'
        const isRead = await print(gap + FORMAT_SERIES[format]({ series, isContinued, previousColumns }))
        if (!isRead) return undefined
        isContinued = series.partial === true
        previousColumns = series.columns.join()
        isFirst = false
      }
      for (const { level, text } of result.messages ?? []) process.stderr.write(`${level}: ${text}\n`)
      failure = failure ?? firstFailure([result])
    }
  }
  if (failure !== null) throw failure
}

/** Waits while a slow reader's pipe is full. False: the reader has gone, as `head` does. */
async function print(text: string): Promise<boolean> {
  const { stdout } = process
  if (!stdout.write(text) && !stdout.destroyed) {
    await new Promise<void>((resolve) => {
      stdout.once('drain', resolve)
      stdout.once('close', resolve)
    })
  }
  return !stdout.destroyed
}

function firstFailure(results: readonly AnswerResult[]): ClientError | null {
  const error = results.find((result) => result.error !== undefined)?.error
  return error === undefined ? null : new ClientError(kindOfStatementError(error), error)
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
