/** Texts that are nearly statements: a token dropped, doubled, swapped, replaced by another or cut short. */

import type { Random } from '../harness/random.js'
import { clause, type Phrase } from './phrase.js'

/** A token with the white space behind it. */
const TOKEN = /(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[\p{L}\p{N}_.]+|::|[<>!=]=?~?|[^\s])\s*/gsu
const STRANGERS = [
  'SELECT ',
  'FROM ',
  'WHERE ',
  'AND ',
  'GROUP BY ',
  'time(1m) ',
  'time(5x) ',
  'time(0s) ',
  'time() ',
  'fill(linear) ',
  'fill(x) ',
  'ORDER BY time ',
  'ORDER BY x ',
  'LIMIT ',
  'LIMIT -1 ',
  'LIMIT 1.5 ',
  "tz('Nowhere/Else') ",
  '( ',
  ') ',
  ', ',
  '; ',
  '* ',
  '+ ',
  '- ',
  '= ',
  '=~ ',
  '/x/ ',
  '/x ',
  '/(/ ',
  "'open ",
  '"open ',
  "'2020-13-01' ",
  '1y ',
  '10h5 ',
  '1.5s ',
  '99999999999999999999 ',
  '0x1f ',
  '1e400 ',
  'mean(f1) ',
  'mean(1) ',
  'mean(f1, 2) ',
  'nosuch(f1) ',
  'percentile(f1) ',
  "percentile(f1, 'a') ",
  'top(f1, 0) ',
  'derivative(f1, 0s) ',
  'moving_average(f1) ',
  'distinct(mean(f1)) ',
  'count(max(f1)) ',
  '::float ',
  '::nosuch ',
  'time ',
  'now() ',
  'true ',
  '-- x\n ',
  '/* x */ ',
  '$1 ',
  '; SHOW DATABASES; ',
]

export function breakStatement(random: Random, text: string): Phrase {
  const tokens = [...text.matchAll(TOKEN)].map(([token]) => token)
  const count = random.chance(0.75) ? 1 : 2
  for (let change = 0; change < count; change++) mutate(random, tokens)
  return clause('', tokens, '', 1)
}

function mutate(random: Random, tokens: string[]): void {
  const at = random.below(tokens.length)
  const stranger = random.pick(STRANGERS)
  switch (random.below(6)) {
    case 0:
      if (tokens.length > 1) tokens.splice(at, 1)
      return
    case 1:
      tokens.splice(at, 0, spaced(tokens[at]))
      return
    case 2: {
      const next = (at + 1) % tokens.length
      ;[tokens[at], tokens[next]] = [spaced(tokens[next]), spaced(tokens[at])]
      return
    }
    case 3:
      tokens[at] = stranger
      return
    case 4:
      tokens[at] = spaced(tokens[at])
      tokens.splice(at + 1, 0, stranger)
      return
    default:
      // Cut off in the middle of a token.
      tokens.splice(at + 1)
      tokens[at] = tokens[at].slice(0, 1 + random.below(tokens[at].length))
  }
}

function spaced(token: string): string {
  return /\s$/.test(token) ? token : `${token} `
}
