/** A chunked answer, text in pieces → documents, one per line. */

import { ClientError } from './client-error.js'
import { parseExactJson } from './parse-exact-json.js'
import type { QueryAnswer } from './query-answer.js'

export async function* parseAnswers(pieces: AsyncIterable<string> | Iterable<string>): AsyncGenerator<QueryAnswer> {
  let rest = ''
  for await (const piece of pieces) {
    const lines = (rest + piece).split('\n')
    rest = lines.pop()!
    for (const line of lines) if (line !== '') yield parseAnswer(line)
  }
  if (rest.trim() !== '') yield parseAnswer(rest)
}

function parseAnswer(text: string): QueryAnswer {
  try {
    return parseExactJson(text) as QueryAnswer
  } catch (cause) {
    throw new ClientError('unexpected', `the answer is not JSON: ${text.slice(0, 80)}`, { cause })
  }
}
