/**
 * Regular expressions of statements are RE2's; never JavaScript's, whose matching can take exponential time.
 */

import { compileRegex } from '../domain/compile-regex.js'

/** What compiling it costs, or what is wrong with it in the words of Go's regexp package. */
export function checkRegex(source: string): number | string {
  try {
    return compileRegex(source).cost
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
