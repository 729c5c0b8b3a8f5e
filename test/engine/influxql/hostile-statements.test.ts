import { describe, expect, it } from 'vitest'
import { HyperbyteError } from '../../../src/engine/domain/errors.js'
import { checkSelect } from '../../../src/engine/influxql/check-select.js'
import { foldSelect } from '../../../src/engine/influxql/fold-select.js'
import { parseExpr, parseQuery } from '../../../src/engine/influxql/parse-query.js'
import { printExpr } from '../../../src/engine/influxql/print-expr.js'
import { printStatement } from '../../../src/engine/influxql/print-statement.js'
import { rewriteExpr, varRefsOf } from '../../../src/engine/influxql/walk-expr.js'
import { fc } from '../../support/fixed-random.js'

/** The message of the refusal, or what the statements print as; any other failure fails the test. */
function outcomeOf(text: string): string {
  try {
    const statements = parseQuery(text, null)
    for (const statement of statements) {
      if (statement.kind !== 'select') continue
      checkSelect(statement)
      foldSelect(statement)
    }
    return statements.map(printStatement).join('; ')
  } catch (error) {
    if (error instanceof HyperbyteError && error.code === 'invalid') return error.message
    throw error
  }
}

const MEGABYTE = 1_000_000

describe('hostile statements', () => {
  it.each([
    ['parentheses', `select ${'('.repeat(100_000)}`, 'nests deeper than 500 levels'],
    ['calls', `select ${'f('.repeat(100_000)}`, 'nests deeper than 500 levels'],
    ['parentheses in a condition', `select f from m where ${'('.repeat(100_000)}`, 'nests deeper than 500 levels'],
    ['subqueries', `select a from ${'(select a from '.repeat(100_000)}`, 'nest deeper than 100 levels'],
    ['OR terms', `select f from m where a=1${' or a=1'.repeat(1_000_000)}`, 'more than 200000 tokens'],
    ['fields', `select ${'a,'.repeat(MEGABYTE / 2)}`, 'more than 200000 tokens'],
    ['segments', `select a from ${'a.'.repeat(MEGABYTE / 2)}`, 'more than 200000 tokens'],
    ['digits', `select ${'1'.repeat(MEGABYTE)} from m`, 'unable to parse integer'],
    ['durations', `select ${'1h'.repeat(MEGABYTE / 2)} from m`, 'invalid duration'],
    ['an unclosed string', `select 'a${'b'.repeat(MEGABYTE)}`, 'expected identifier, string, number, bool'],
    ['an unclosed regex', `select f from m where h =~ /${'a'.repeat(MEGABYTE)}`, 'bad regex'],
    ['a long regex', `select f from m where h =~ /${'(a|b)'.repeat(MEGABYTE / 5)}/`, 'longer than 30000 characters'],
    ['a repeating regex', `select f from m where h =~ /${'[a-z]{50}'.repeat(2_000)}/`, 'repeats too much'],
    [
      'regexes',
      `select f from m where ${'h =~ /[a-z]{1000}/ or '.repeat(1)}${Array.from({ length: 10_000 }, (_, i) => `h =~ /[a-z]+${i}/`).join(' or ')}`,
      'too large',
    ],
    ['sums', `select f${'+1'.repeat(MEGABYTE / 2)} from m`, 'more than 2000 operators'],
    [
      'subqueries side by side',
      `select f from ${Array(10_000).fill('(select f from m)').join(',')}`,
      'more than 1000 subqueries',
    ],
    ['sources', `select f from ${Array(60_000).fill('/a/').join(',')}`, 'more than 5000 sources'],
    ['signs', `select ${'- '.repeat(MEGABYTE / 2)}1 from m`, 'expected identifier, number, duration'],
  ])('of too many %s are refused', (_, text, message) => {
    expect(outcomeOf(text)).toContain(message)
  })

  it('with a condition of 20,000 terms are read, walked, rewritten and printed', () => {
    const text = Array.from({ length: 20_000 }, (_, i) => `host = 'h${i}'`).join(' OR ')
    const expr = parseExpr(text)
    expect(varRefsOf(expr)).toHaveLength(20_000)
    expect(printExpr(rewriteExpr(expr, (node) => (node.kind === 'varref' ? { ...node, name: 'h' } : node)))).toBe(
      text.replaceAll('host', 'h'),
    )
    expect(outcomeOf(`SELECT f FROM m WHERE ${text}`)).toBe(`SELECT f FROM m WHERE ${text}`)
  })

  it('with a list of 8,000 hosts in a regex are read', () => {
    const hosts = Array.from({ length: 8_000 }, (_, i) => `web-${i}\\.example\\.com`).join('|')
    expect(outcomeOf(`SELECT f FROM m WHERE host =~ /^(${hosts})$/`)).toContain('example')
  })

  it('nest up to the limits', () => {
    const nested = `SELECT ${'('.repeat(500)}a${')'.repeat(500)} FROM m`
    expect(outcomeOf(nested)).toBe(nested)
    const subqueries = `${'SELECT a FROM ('.repeat(100)}SELECT a FROM m${')'.repeat(100)}`
    expect(outcomeOf(subqueries)).toBe(subqueries)
  })

  it('of any tokens are read or refused, and what is read prints as text that reads the same', () => {
    const token = fc.constantFrom(
      ...[
        'select',
        'from',
        'where',
        'group by',
        'time(1m)',
        'fill(',
        'order by',
        'limit',
        'into',
        'show',
        'tag',
        'values',
      ],
      ...[
        'with',
        'key',
        'create',
        'database',
        'drop',
        'on',
        'in',
        'and',
        'or',
        '(',
        ')',
        ',',
        '.',
        '..',
        ';',
        '::',
        ':',
      ],
      ...[
        '=',
        '!=',
        '=~',
        '!~',
        '<',
        '>',
        '+',
        '-',
        '*',
        '/',
        '%',
        '&',
        '|',
        '^',
        '/a/',
        '/(/',
        "'s'",
        '"q"',
        "'",
        '"',
      ],
      ...[
        '1',
        '1.5',
        '.',
        '1h',
        '1x',
        '$p',
        '$',
        '--',
        '/*',
        '*/',
        '\n',
        '\r\n',
        '\t',
        ' ',
        '\0',
        '\\',
        'é',
        '😀',
        '\ud800',
      ],
      ...[
        'f',
        'mean(',
        'top(',
        'distinct',
        'tz(',
        'now()',
        'time',
        'true',
        'as',
        '*::field',
        'a.b',
        '18446744073709551615',
      ],
    )
    fc.assert(
      fc.property(fc.array(token, { maxLength: 14 }), fc.boolean(), (tokens, isSelect) => {
        const text = (isSelect ? 'select f from m ' : '') + tokens.join(' ')
        let printed: string
        try {
          const statements = parseQuery(text, null)
          printed = statements.map(printStatement).join('; ')
        } catch (error) {
          if (!(error instanceof HyperbyteError) || error.code !== 'invalid') throw error
          return
        }
        expect(parseQuery(printed, null).map(printStatement).join('; ')).toBe(printed)
        outcomeOf(text)
      }),
      { numRuns: 3_000 },
    )
  })
})
