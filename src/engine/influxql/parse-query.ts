/**
 * The door of the parser: text in, statements out. Every failure is a HyperbyteError `invalid` whose message is what
 * InfluxDB says after `error parsing query: `.
 */

import type { Expr, Statement } from './ast.js'
import type { BindValues } from './bind-value.js'
import {
  parseAlter,
  parseCreate,
  parseDelete,
  parseDrop,
  parseKillQuery,
  parsePrivilegeChange,
  parseSetPassword,
} from './parse-admin.js'
import { parseExpr as parseExprAt } from './parse-expr.js'
import { parseSelect } from './parse-select.js'
import { parseShow } from './parse-show.js'
import type { TokenKind } from './token.js'
import { TokenCursor } from './token-cursor.js'

/** Statements separated by `;`. `params` are the values for `$name`; a name without a value is an error. */
export function parseQuery(text: string, params: BindValues | null): readonly Statement[] {
  const cursor = new TokenCursor(text, params)
  const statements: Statement[] = []
  let isSeparated = true
  for (;;) {
    const token = cursor.next()
    if (token.kind === 'EOF') return statements
    if (token.kind === ';') {
      isSeparated = true
      continue
    }
    if (!isSeparated) throw cursor.unexpected(token, [';'])
    cursor.takeBack()
    statements.push(parseStatementAt(cursor))
    isSeparated = false
  }
}

/** The first statement of a text; what follows it is not looked at. */
export function parseStatement(text: string): Statement {
  return parseStatementAt(new TokenCursor(text, null))
}

/** The expression that a text starts with. */
export function parseExpr(text: string): Expr {
  return parseExprAt(new TokenCursor(text, null))
}

const STATEMENT_KEYWORDS: readonly TokenKind[] = [
  ...(['SELECT', 'DELETE', 'SHOW', 'CREATE', 'DROP', 'EXPLAIN', 'GRANT', 'REVOKE', 'ALTER', 'SET', 'KILL'] as const),
]

function parseStatementAt(cursor: TokenCursor): Statement {
  cursor.startStatement()
  const token = cursor.next()
  switch (token.kind) {
    case 'SELECT':
      return parseSelect(cursor, 'optional')
    case 'DELETE':
      return parseDelete(cursor)
    case 'SHOW':
      return parseShow(cursor)
    case 'CREATE':
      return parseCreate(cursor)
    case 'DROP':
      return parseDrop(cursor)
    case 'EXPLAIN':
      return parseExplain(cursor)
    case 'GRANT':
      return parsePrivilegeChange(cursor, 'grant')
    case 'REVOKE':
      return parsePrivilegeChange(cursor, 'revoke')
    case 'ALTER':
      return parseAlter(cursor)
    case 'SET':
      return parseSetPassword(cursor)
    case 'KILL':
      return parseKillQuery(cursor)
    default:
      throw cursor.unexpected(token, STATEMENT_KEYWORDS)
  }
}

function parseExplain(cursor: TokenCursor): Statement {
  const isAnalyze = cursor.accept('ANALYZE')
  cursor.expect('SELECT')
  return { kind: 'explain', statement: parseSelect(cursor, 'optional'), isAnalyze }
}
