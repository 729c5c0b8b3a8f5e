/**
 * Values for `$name` in a statement. A plain value stands for a literal of its type; the object forms stand for other
 * tokens: `{"identifier": "cpu"}`, `{"regex": "a.*"}`, `{"duration": "10m"}`. A value takes the place of one token, so
 * no text in it can become syntax.
 */

import type { Token, TokenKind } from './token.js'

/** number = float, bigint = integer. */
export type BindValue =
  | string
  | number
  | bigint
  | boolean
  | { readonly kind: 'identifier' | 'regex' | 'duration'; readonly text: string }
  /** A value of the request that cannot be bound; it is an error only where it is used. */
  | { readonly kind: 'error'; readonly text: string }

export type BindValues = ReadonlyMap<string, BindValue>

const TOKEN_OF = {
  identifier: 'IDENT',
  regex: 'REGEX',
  duration: 'DURATIONVAL',
  error: 'BOUNDPARAM',
} satisfies Record<Extract<BindValue, { kind: string }>['kind'], TokenKind>

export function tokenOf(value: BindValue, offset: number): Token {
  switch (typeof value) {
    case 'string':
      return { kind: 'STRING', literal: value, offset }
    case 'number':
      return { kind: 'NUMBER', literal: String(value), offset }
    case 'bigint':
      return { kind: 'INTEGER', literal: String(value), offset }
    case 'boolean':
      return { kind: value ? 'TRUE' : 'FALSE', literal: '', offset }
    default:
      return { kind: TOKEN_OF[value.kind], literal: value.text, offset }
  }
}
