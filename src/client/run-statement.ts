/** One statement, its whole answer at once; an error inside the answer is thrown like one of the connection. */

import { ClientError } from './client-error.js'
import { parseExactJson } from './parse-exact-json.js'
import type { AnswerSeries, AnswerValue, QueryAnswer } from './query-answer.js'
import type { Target } from './target.js'
import { kindOfStatementError } from './translate-answer.js'

export interface StatementPlace {
  readonly database?: string
  readonly retentionPolicy?: string
}

export async function runStatement(
  target: Target,
  text: string,
  { database = '', retentionPolicy = '' }: StatementPlace = {},
): Promise<readonly AnswerSeries[]> {
  const body = await target.queryText({ text, database, retentionPolicy, epoch: 'ns', paramsJson: '', isPretty: false })
  const { results = [], error } = parseExactJson(body) as QueryAnswer
  const failure = error ?? results.find((result) => result.error !== undefined)?.error
  if (failure !== undefined) throw new ClientError(kindOfStatementError(failure), failure)
  return results.flatMap((result) => result.series ?? [])
}

/** The values of one column of all series, nulls left out. */
export function columnOf(series: readonly AnswerSeries[], name: string): AnswerValue[] {
  return series.flatMap(({ columns, values = [] }) => {
    const index = columns.indexOf(name)
    return index === -1 ? [] : values.map((row) => row[index]).filter((value) => value !== null)
  })
}
