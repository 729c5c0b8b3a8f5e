/**
 * Regular expressions of statements are RE2's; never JavaScript's, whose matching can take exponential time.
 */

import { RE2JS } from 're2js'

/** What is wrong with a source, in the words of Go's regexp package, or null. */
export function checkRegex(source: string): string | null {
  if (PLAIN.test(source)) return null
  try {
    RE2JS.compile(source)
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** Nearly every source in real queries; no need to compile it to know that it is right. */
const PLAIN = /^\^?[\w\-./: ]*\$?$/
