/**
 * Text to tokens, one at a time and on demand, over char codes. Which characters form a token can depend on what the
 * parser expects (a slash divides or opens a regular expression), so the parser drives the scanner.
 *
 * Two habits of InfluxDB's scanner show in error positions and are kept: a NUL ends the text, and an end of text that
 * was already looked at while reading the token before it counts as one character further on.
 */

import { KEYWORD_LENGTH_MAX, keywordOf, type Token, type TokenKind } from './token.js'

const CHAR = {
  tab: 9,
  lineFeed: 10,
  carriageReturn: 13,
  space: 32,
  bang: 33,
  doubleQuote: 34,
  dollar: 36,
  percent: 37,
  ampersand: 38,
  singleQuote: 39,
  openParen: 40,
  closeParen: 41,
  star: 42,
  plus: 43,
  comma: 44,
  minus: 45,
  dot: 46,
  slash: 47,
  colon: 58,
  semicolon: 59,
  less: 60,
  equal: 61,
  greater: 62,
  backslash: 92,
  caret: 94,
  underscore: 95,
  lowerN: 110,
  pipe: 124,
  tilde: 126,
  micro: 181,
} as const

/** What `peek` gives at the end of the text. */
export const END_OF_TEXT = -1

export class TokenScanner {
  readonly text: string
  readonly #end: number
  #index = 0
  #isEndSeen = false

  constructor(text: string) {
    this.text = text
    const nul = text.indexOf('\0')
    this.#end = nul === -1 ? text.length : nul
  }

  /** Char code of the next unread character. */
  peek(): number {
    if (this.#index < this.#end) return this.text.charCodeAt(this.#index)
    this.#isEndSeen = true
    return END_OF_TEXT
  }

  scan(): Token {
    const start = this.#index
    if (start >= this.#end) return this.#endOfText()
    const char = this.text.charCodeAt(start)
    if (isSpace(char)) return this.#scanSpace(start)
    if (isLetter(char) || char === CHAR.underscore || char === CHAR.doubleQuote) return this.#scanIdent(start, true)
    if (isDigit(char)) return this.#scanNumber(start)
    switch (char) {
      case CHAR.singleQuote:
        return this.#scanString(start)
      case CHAR.dot:
        return isDigit(this.#charAt(start + 1)) ? this.#scanNumber(start) : this.#operator('.', 1)
      case CHAR.dollar:
        return this.#scanBoundParameter(start)
      case CHAR.minus:
        return this.#charAt(start + 1) === CHAR.minus ? this.#scanLineComment(start) : this.#operator('-', 1)
      case CHAR.slash:
        return this.#charAt(start + 1) === CHAR.star ? this.#scanBlockComment(start) : this.#operator('/', 1)
      case CHAR.equal:
        return this.#charAt(start + 1) === CHAR.tilde ? this.#operator('=~', 2) : this.#operator('=', 1)
      case CHAR.bang:
        if (this.#charAt(start + 1) === CHAR.equal) return this.#operator('!=', 2)
        return this.#charAt(start + 1) === CHAR.tilde ? this.#operator('!~', 2) : this.#illegal(start)
      case CHAR.greater:
        return this.#charAt(start + 1) === CHAR.equal ? this.#operator('>=', 2) : this.#operator('>', 1)
      case CHAR.less:
        if (this.#charAt(start + 1) === CHAR.equal) return this.#operator('<=', 2)
        return this.#charAt(start + 1) === CHAR.greater ? this.#operator('!=', 2) : this.#operator('<', 1)
      case CHAR.colon:
        return this.#charAt(start + 1) === CHAR.colon ? this.#operator('::', 2) : this.#operator(':', 1)
      case CHAR.plus:
        return this.#operator('+', 1)
      case CHAR.star:
        return this.#operator('*', 1)
      case CHAR.percent:
        return this.#operator('%', 1)
      case CHAR.ampersand:
        return this.#operator('&', 1)
      case CHAR.pipe:
        return this.#operator('|', 1)
      case CHAR.caret:
        return this.#operator('^', 1)
      case CHAR.openParen:
        return this.#operator('(', 1)
      case CHAR.closeParen:
        return this.#operator(')', 1)
      case CHAR.comma:
        return this.#operator(',', 1)
      case CHAR.semicolon:
        return this.#operator(';', 1)
    }
    return this.#illegal(start)
  }

  /** Reads `/…/`; the next unread character is the opening slash. `\/` stands for a slash, other escapes stay. */
  scanRegex(): Token {
    const start = this.#index
    const { text } = this
    let source = ''
    let from = start + 1
    for (let i = from; i < this.#end; i++) {
      const char = text.charCodeAt(i)
      if (char === CHAR.slash) {
        this.#index = i + 1
        return { kind: 'REGEX', literal: source + text.slice(from, i), offset: start }
      }
      if (char === CHAR.lineFeed || char === CHAR.carriageReturn) {
        this.#index = i + 1
        return { kind: 'BADREGEX', literal: '', offset: start }
      }
      if (char === CHAR.backslash && this.#charAt(i + 1) === CHAR.slash) {
        source += text.slice(from, i)
        from = ++i
      }
    }
    this.#readToEnd()
    return { kind: 'BADREGEX', literal: '', offset: start }
  }

  #charAt(index: number): number {
    if (index < this.#end) return this.text.charCodeAt(index)
    return END_OF_TEXT
  }

  #endOfText(): Token {
    const offset = this.#isEndSeen ? this.#end + 1 : this.#end
    this.#isEndSeen = true
    return { kind: 'EOF', literal: '', offset }
  }

  #readToEnd(): void {
    this.#index = this.#end
    this.#isEndSeen = true
  }

  #operator(kind: TokenKind, length: number): Token {
    const offset = this.#index
    this.#index += length
    return { kind, literal: '', offset }
  }

  #illegal(start: number): Token {
    const literal = String.fromCodePoint(this.text.codePointAt(start)!)
    this.#index = start + literal.length
    return { kind: 'ILLEGAL', literal, offset: start }
  }

  #scanSpace(start: number): Token {
    let i = start + 1
    while (i < this.#end && isSpace(this.text.charCodeAt(i))) i++
    this.#index = i
    if (i >= this.#end) this.#isEndSeen = true
    return { kind: 'WS', literal: this.text.slice(start, i).replace(/\r\n?/g, '\n'), offset: start }
  }

  #scanLineComment(start: number): Token {
    let i = start
    while (i < this.#end && !isLineEnd(this.text.charCodeAt(i))) i++
    this.#index = i
    if (i < this.#end) this.#skipLineEnd()
    else this.#isEndSeen = true
    return { kind: 'COMMENT', literal: '', offset: start }
  }

  #skipLineEnd(): void {
    const isPair = this.text.charCodeAt(this.#index) === CHAR.carriageReturn
    this.#index += isPair && this.#charAt(this.#index + 1) === CHAR.lineFeed ? 2 : 1
  }

  #scanBlockComment(start: number): Token {
    const close = this.text.indexOf('*/', start + 2)
    if (close === -1 || close + 2 > this.#end) {
      this.#readToEnd()
      return { kind: 'ILLEGAL', literal: '', offset: start }
    }
    this.#index = close + 2
    return { kind: 'COMMENT', literal: '', offset: start }
  }

  #scanBoundParameter(start: number): Token {
    this.#index = start + 1
    const name = this.#scanIdent(this.#index, false)
    if (name.kind !== 'IDENT') return { kind: name.kind, literal: '$' + name.literal, offset: name.offset }
    return { kind: 'BOUNDPARAM', literal: '$' + name.literal, offset: start }
  }

  /** A bare or quoted name. In `abc"def"` the quoted part is the name: InfluxDB forgets what stands before it. */
  #scanIdent(start: number, isKeywordPossible: boolean): Token {
    const { text } = this
    let i = start
    while (i < this.#end && isIdentChar(text.charCodeAt(i))) i++
    this.#index = i
    if (i < this.#end && text.charCodeAt(i) === CHAR.doubleQuote) {
      const quoted = this.#scanString(i)
      return quoted.kind === 'STRING' ? { kind: 'IDENT', literal: quoted.literal, offset: start } : quoted
    }
    if (i >= this.#end) this.#isEndSeen = true
    const literal = text.slice(start, i)
    if (isKeywordPossible && i - start <= KEYWORD_LENGTH_MAX) {
      const keyword = keywordOf(literal)
      if (keyword !== undefined) return { kind: keyword, literal: '', offset: start }
    }
    return { kind: 'IDENT', literal, offset: start }
  }

  /** A string or a quoted name: `start` is at the opening quote, which also ends it. */
  #scanString(start: number): Token {
    const { text } = this
    const quote = text.charCodeAt(start)
    let value = ''
    let from = start + 1
    for (let i = from; i < this.#end; i++) {
      const char = text.charCodeAt(i)
      if (char === quote) {
        this.#index = i + 1
        return { kind: 'STRING', literal: value + text.slice(from, i), offset: start }
      }
      if (isLineEnd(char)) {
        this.#index = i
        this.#skipLineEnd()
        return { kind: 'BADSTRING', literal: value + text.slice(from, i), offset: start }
      }
      if (char !== CHAR.backslash) continue
      const escaped = this.#charAt(i + 1)
      if (!isEscapable(escaped)) return this.#badEscape(i)
      value += text.slice(from, i) + (escaped === CHAR.lowerN ? '\n' : String.fromCharCode(escaped))
      i++
      from = i + 1
    }
    this.#readToEnd()
    return { kind: 'BADSTRING', literal: value + text.slice(from, this.#end), offset: start }
  }

  #badEscape(backslash: number): Token {
    const codePoint = backslash + 1 < this.#end ? this.text.codePointAt(backslash + 1)! : 0
    const escaped = String.fromCodePoint(codePoint === CHAR.carriageReturn ? CHAR.lineFeed : codePoint)
    if (codePoint === 0) this.#readToEnd()
    else this.#index = backslash + 1 + escaped.length
    return { kind: 'BADESCAPE', literal: '\\' + escaped, offset: backslash + 1 }
  }

  /** `12`, `1.5`, `.5`, `1.` or a duration: digits followed by a letter take every letter and digit that comes. */
  #scanNumber(start: number): Token {
    const { text } = this
    let i = this.#skipDigits(start)
    if (this.#charAt(i) === CHAR.dot) {
      i = this.#skipDigits(i + 1)
      this.#index = i
      return { kind: 'NUMBER', literal: text.slice(start, i), offset: start }
    }
    const isDuration = isDurationLetter(this.#charAt(i))
    if (isDuration) while (isDurationLetter(this.#charAt(i)) || isDigit(this.#charAt(i))) i++
    this.#index = i
    return { kind: isDuration ? 'DURATIONVAL' : 'INTEGER', literal: text.slice(start, i), offset: start }
  }

  #skipDigits(index: number): number {
    while (isDigit(this.#charAt(index))) index++
    return index
  }
}

function isSpace(char: number): boolean {
  return char === CHAR.space || char === CHAR.tab || isLineEnd(char)
}

/** A lone carriage return ends a line too; followed by a line feed the two are one character. */
function isLineEnd(char: number): boolean {
  return char === CHAR.lineFeed || char === CHAR.carriageReturn
}

function isDigit(char: number): boolean {
  return char >= 48 && char <= 57
}

function isLetter(char: number): boolean {
  return (char >= 97 && char <= 122) || (char >= 65 && char <= 90)
}

function isIdentChar(char: number): boolean {
  return isLetter(char) || isDigit(char) || char === CHAR.underscore
}

function isDurationLetter(char: number): boolean {
  return isLetter(char) || char === CHAR.micro
}

function isEscapable(char: number): boolean {
  return char === CHAR.lowerN || char === CHAR.backslash || char === CHAR.doubleQuote || char === CHAR.singleQuote
}
