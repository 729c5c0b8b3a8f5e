/** An answer in pieces → the one document that a server sends when it is not asked for pieces. */

import type { AnswerResult, AnswerSeries, AnswerValue, QueryAnswer } from '../../client/query-answer.js'

interface GatheredSeries extends AnswerSeries {
  values: (readonly AnswerValue[])[]
}

interface GatheredResult extends AnswerResult {
  series: GatheredSeries[]
}

export async function mergeAnswers(answers: AsyncIterable<QueryAnswer>): Promise<QueryAnswer> {
  const results = new Map<number, GatheredResult>()
  for await (const answer of answers) {
    if (answer.error !== undefined) return { error: answer.error }
    for (const result of answer.results ?? []) {
      const id = result.statement_id ?? 0
      results.set(id, addResult(results.get(id), result))
    }
  }
  return { results: [...results.values()].map(toResult) }
}

function addResult(gathered: GatheredResult | undefined, result: AnswerResult): GatheredResult {
  const series = gathered?.series ?? []
  for (const piece of result.series ?? []) {
    const last = series.at(-1)
    if (last?.partial === true) {
      for (const row of piece.values ?? []) last.values.push(row)
      series[series.length - 1] = { ...last, partial: piece.partial }
    } else series.push({ ...piece, values: [...(piece.values ?? [])] })
  }
  const { partial: _, ...rest } = { ...gathered, ...result }
  return { ...rest, series }
}

/** Keys without a value are left out when printed. */
function toResult({ series, ...result }: GatheredResult): AnswerResult {
  const { statement_id, ...rest } = result
  return { statement_id, ...(series.length > 0 && { series }), ...rest }
}
