/**
 * JSON in which integers beyond 2^53 stay exact: they become `bigint`, every other number a `number`. A time-series
 * server prints 64-bit integers as they are, and `JSON.parse` alone would round them.
 */

export type ExactJson = null | boolean | number | bigint | string | ExactJson[] | { [key: string]: ExactJson }

/** A string or a number; strings are matched so that digits inside them are left alone. */
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g
const DIGITS_SAFE = 15
const MARK = '\u0000integer:'

export function parseExactJson(text: string): ExactJson {
  if (!/\d{16}/.test(text)) return JSON.parse(text)
  let isMarked = false
  const marked = text.replace(TOKEN, (token) => {
    if (token[0] === '"' || token.length <= DIGITS_SAFE || !/^-?\d+$/.test(token)) return token
    if (Number.isSafeInteger(Number(token))) return token
    isMarked = true
    return JSON.stringify(MARK + token)
  })
  return isMarked ? JSON.parse(marked, restoreInteger) : JSON.parse(text)
}

function restoreInteger(_key: string, value: unknown): unknown {
  return typeof value === 'string' && value.startsWith(MARK) ? BigInt(value.slice(MARK.length)) : value
}
