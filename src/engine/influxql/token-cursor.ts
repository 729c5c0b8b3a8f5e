/**
 * The parser's place in the text: reads tokens ahead, takes up to three of them back, puts bound values in the place
 * of `$name`, and bounds a statement's depth and length.
 */

import type { HyperbyteError } from '../domain/errors.js'
import { type BindValues, tokenOf } from './bind-value.js'
import { parseErrorAt, unexpected } from './parse-error.js'
import { TokenScanner } from './scan-tokens.js'
import type { Token, TokenKind } from './token.js'

/** Parentheses and calls inside each other. Five frames of recursive descent a level stay far from the stack's end. */
export const EXPRESSION_DEPTH_MAX = 500

/** Subqueries inside each other. */
export const SUBQUERY_DEPTH_MAX = 100

/** Subqueries of one statement, beside and inside each other: planning one looks at the whole schema of its tables. */
export const SUBQUERY_COUNT_MAX = 1_000

/** Spaces included, of one statement. As many take about 50 ms to read; 25,000 times `host = 'a' OR` have them. */
export const STATEMENT_TOKEN_COUNT_MAX = 200_000

/** Of all regular expressions of a text, each counted once; see compileRegex. As many take about 0.1 s to compile. */
export const REGEX_COST_MAX = 30_000

const START_OF_TEXT: Token = { kind: 'EOF', literal: '', offset: 0 }

export class TokenCursor {
  readonly #scanner: TokenScanner
  readonly #bindValues: BindValues | null
  /** The last three tokens, as a ring. */
  readonly #recent: Token[] = [START_OF_TEXT, START_OF_TEXT, START_OF_TEXT]
  #head = 0
  #takenBackCount = 0
  readonly #regexes = new Set<string>()
  #regexCost = 0
  #tokenCount = 0
  #expressionDepth = 0
  #subqueryDepth = 0
  #subqueryCount = 0

  constructor(text: string, bindValues: BindValues | null) {
    this.#scanner = new TokenScanner(text)
    this.#bindValues = bindValues
  }

  /** Starts counting tokens anew. */
  startStatement(): void {
    this.#tokenCount = 0
    this.#subqueryCount = 0
  }

  /** The next token, space and comments included. */
  scan(): Token {
    return this.#bound(this.#read(false))
  }

  /** The next token that is neither space nor comment. */
  next(): Token {
    for (;;) {
      const token = this.#read(false)
      if (token.kind !== 'WS' && token.kind !== 'COMMENT') return this.#bound(token)
    }
  }

  /** A regular expression, if no token was taken back; otherwise that token. */
  scanRegex(): Token {
    return this.#bound(this.#read(true))
  }

  takeBack(): void {
    this.#takenBackCount++
  }

  /** The next token that counts, left unread. */
  look(): Token {
    const token = this.next()
    this.takeBack()
    return token
  }

  /** Reads the next token if it is of this kind. */
  accept(kind: TokenKind): boolean {
    if (this.next().kind === kind) return true
    this.takeBack()
    return false
  }

  expect(kind: TokenKind, expected: string = kind): Token {
    const token = this.next()
    if (token.kind !== kind) throw this.unexpected(token, [expected])
    return token
  }

  expectAll(...kinds: readonly TokenKind[]): void {
    for (const kind of kinds) this.expect(kind)
  }

  skipSpace(): void {
    if (this.scan().kind !== 'WS') this.takeBack()
  }

  /** Char code of the next character that no token has taken yet, whatever was taken back. */
  peekChar(): number {
    return this.#scanner.peek()
  }

  unexpected(token: Token, expected: readonly string[]): HyperbyteError {
    return unexpected(this.#scanner.text, token, expected)
  }

  errorAt(token: Token, message: string): HyperbyteError {
    return parseErrorAt(this.#scanner.text, token, message)
  }

  /** Bounds what a text's regular expressions cost together. */
  countRegex(token: Token, source: string, cost: number): void {
    if (cost === 0 || this.#regexes.has(source)) return
    this.#regexes.add(source)
    this.#regexCost += cost
    if (this.#regexCost > REGEX_COST_MAX) throw this.errorAt(token, 'regular expressions of the query are too large')
  }

  nested<T>(token: Token, parse: () => T): T {
    if (++this.#expressionDepth > EXPRESSION_DEPTH_MAX) {
      throw this.errorAt(token, `expression nests deeper than ${EXPRESSION_DEPTH_MAX} levels`)
    }
    const result = parse()
    this.#expressionDepth--
    return result
  }

  nestedSubquery<T>(token: Token, parse: () => T): T {
    if (++this.#subqueryDepth > SUBQUERY_DEPTH_MAX) {
      throw this.errorAt(token, `subqueries nest deeper than ${SUBQUERY_DEPTH_MAX} levels`)
    }
    if (++this.#subqueryCount > SUBQUERY_COUNT_MAX) {
      throw this.errorAt(token, `statement has more than ${SUBQUERY_COUNT_MAX} subqueries`)
    }
    const result = parse()
    this.#subqueryDepth--
    return result
  }

  #read(isRegex: boolean): Token {
    if (this.#takenBackCount > 0) {
      this.#takenBackCount--
      return this.#recent[(this.#head - this.#takenBackCount + 3) % 3]
    }
    const token = isRegex ? this.#scanner.scanRegex() : this.#scanner.scan()
    if (++this.#tokenCount > STATEMENT_TOKEN_COUNT_MAX) {
      throw this.errorAt(token, `statement has more than ${STATEMENT_TOKEN_COUNT_MAX} tokens`)
    }
    this.#head = (this.#head + 1) % 3
    this.#recent[this.#head] = token
    return token
  }

  #bound(token: Token): Token {
    if (token.kind !== 'BOUNDPARAM') return token
    const value = this.#bindValues?.get(token.literal.slice(1))
    return value === undefined || token.literal === '$' ? token : tokenOf(value, token.offset)
  }
}
