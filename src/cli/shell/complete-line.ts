/** What could be typed at the cursor, spelled so that it can stand there. */

import { quoteName } from '../../client/quote-influxql.js'
import { type CompletionRequest, completionRequest, type NameSource } from './completion-request.js'

/** Names of one kind; empty when they cannot be had in time. */
export type AskNames = (source: NameSource) => Promise<readonly string[]>

export interface Completion {
  readonly candidates: readonly string[]
  /** The end of the text that a candidate takes the place of. */
  readonly replaced: string
}

const LIMIT = 200

export async function completeLine(before: string, after: string, askNames: AskNames): Promise<Completion> {
  const request = completionRequest(before, after)
  const lists = await Promise.all(request.sources.map(askNames))
  return { candidates: matchNames(request, lists.flat()), replaced: request.quote + request.typed }
}

export function matchNames({ typed, quote, words }: CompletionRequest, names: readonly string[]): string[] {
  const lower = typed.toLowerCase()
  // Candidates go to the terminal as they are.
  const isHarmless = (name: string): boolean => !/\p{Cc}/u.test(name)
  const matchingNames = names
    .filter((name) => name.toLowerCase().startsWith(lower) && isHarmless(name))
    .map((name) => spell(name, quote))
  const matchingWords = words
    .filter((word) => word.toLowerCase().startsWith(lower))
    .map((word) => withCaseOf(typed, word))
  return [...new Set([...matchingNames, ...matchingWords])].sort().slice(0, LIMIT)
}

function spell(name: string, quote: string): string {
  if (quote === "'") return `'${name.replace(/[\\']/g, '\\$&')}'`
  return quote === '"' || !/^[a-z_]\w*$/i.test(name) ? quoteName(name) : name
}

/** Somebody who types in small letters goes on so. */
function withCaseOf(typed: string, word: string): string {
  return typed !== '' && typed === typed.toLowerCase() ? word.toLowerCase() : word
}
