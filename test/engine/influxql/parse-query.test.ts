import { describe, expect, it } from 'vitest'
import { HyperbyteError } from '../../../src/engine/domain/errors.js'
import { parseExpr, parseQuery } from '../../../src/engine/influxql/parse-query.js'

function failureOf(text: string): string {
  try {
    parseQuery(text, null)
  } catch (error) {
    if (error instanceof HyperbyteError && error.code === 'invalid') return error.message
    throw error
  }
  return 'none'
}

describe('parseQuery', () => {
  it('reads several statements', () => {
    expect(parseQuery('show users; ;select a from b;', null).map((statement) => statement.kind)).toEqual([
      'show-users',
      'select',
    ])
  })

  it('gives positions in lines and characters for all line endings', () => {
    expect(failureOf('select\r\n1 from\n"abc')).toBe('found abc, expected identifier at line 2, char 7')
    expect(failureOf('select "é" 😀 b')).toBe('found 😀, expected FROM at line 1, char 12')
    expect(failureOf("select '😀é' x y")).toBe('found x, expected FROM at line 1, char 13')
  })

  it('counts an end of text twice when a name ran into it', () => {
    expect(failureOf('select a')).toBe('found EOF, expected FROM at line 1, char 10')
    expect(failureOf('select 1')).toBe('found EOF, expected FROM at line 1, char 9')
  })

  it('binds values as single tokens', () => {
    const params = new Map([['x', "a' OR 1=1"]])
    expect(parseQuery('select f from m where t = $x', params)).toEqual(
      parseQuery("select f from m where t = 'a\\' OR 1=1'", null),
    )
    expect(() => parseQuery('select $y from m', params)).toThrow('missing parameter: y')
  })

  it('keeps 64-bit integers exact', () => {
    expect(parseExpr('9223372036854775807')).toEqual({ kind: 'integer', value: 9223372036854775807n })
    expect(parseExpr('9223372036854775808')).toEqual({ kind: 'unsigned', value: 9223372036854775808n })
    expect(parseExpr('-9223372036854775808')).toEqual({ kind: 'integer', value: -9223372036854775808n })
  })
})
