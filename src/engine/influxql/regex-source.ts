/**
 * Regular expressions of statements are RE2's; never JavaScript's, whose matching can take exponential time.
 */

import { compileRegex } from '../domain/compile-regex.js'

/** What is wrong with a source, in the words of Go's regexp package, or null. */
export function checkRegex(source: string): string | null {
  try {
    compileRegex(source)
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
