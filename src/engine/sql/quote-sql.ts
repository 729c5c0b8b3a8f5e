/** The one place where names and strings become SQL text. NUL cannot occur in SQL text at all and is refused. */

import { assert } from '../domain/errors.js'

export function quoteIdentifier(name: string): string {
  assert(!name.includes('\0'), 'an SQL identifier has no NUL')
  return `"${name.replaceAll('"', '""')}"`
}

export function quoteString(text: string): string {
  assert(!text.includes('\0'), 'an SQL string literal has no NUL')
  return `'${text.replaceAll("'", "''")}'`
}
