/** One small statement and all of its rows, as objects by column name; the series' name and tags come along. */

import { ClientError } from '../client/client-error.js'
import type { AnswerValue } from '../client/query-answer.js'
import type { Target } from '../client/target.js'
import { kindOfStatementError } from '../client/translate-answer.js'

export interface AnswerRow {
  /** Of the series: a measurement, a database; '' when it has none. */
  readonly series: string
  readonly values: Readonly<Record<string, AnswerValue>>
}

export async function ask(target: Target, text: string, database = ''): Promise<AnswerRow[]> {
  const rows: AnswerRow[] = []
  const call = { text, database, retentionPolicy: '', epoch: 'ns', paramsJson: '', isPretty: false }
  for await (const { results = [], error } of target.query(call)) {
    if (error !== undefined) throw new ClientError(kindOfStatementError(error), error)
    for (const result of results) {
      if (result.error !== undefined) throw new ClientError(kindOfStatementError(result.error), result.error)
      for (const { name = '', columns, values = [] } of result.series ?? []) {
        for (const row of values) {
          rows.push({ series: name, values: Object.fromEntries(columns.map((column, i) => [column, row[i]])) })
        }
      }
    }
  }
  return rows
}
