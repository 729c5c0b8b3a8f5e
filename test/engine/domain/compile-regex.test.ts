import { expect, test } from 'vitest'
import { compileRegex } from '../../../src/engine/domain/compile-regex.js'

test.each<[string, readonly string[] | null]>([
  ['^a$', ['a']],
  ['^(a|b)$', ['a', 'b']],
  ['^(?:a|b\\.c|)$', ['a', 'b.c', '']],
  ['^$', ['']],
  ['^a|b$', null],
  ['^(a)(b)$', null],
  ['^(a\\|b)$', null],
  ['^a\\$', null],
  ['^\\d$', null],
  ['a', null],
])('/%s/ has the exact values %j', (source, values) => {
  expect(compileRegex(source).exactValues).toEqual(values)
})

test.each<[string, string, boolean]>([
  ['b', 'abc', true],
  ['^b', 'abc', false],
  ['^a\\.b', 'a.bc', true],
  ['^a\\.b', 'axbc', false],
  ['^a|c$', 'abc', true],
  ['c$', 'abcd', false],
  ['', 'abc', true],
  ['(?i)ABC', 'xabcx', true],
  ['^(a|b)$', 'b', true],
  ['^(a|b)$', 'ab', false],
])('/%s/ on %j is %s', (source, text, expected) => {
  expect(compileRegex(source).test(text)).toBe(expected)
})

test('a regex that RE2 does not accept is an invalid request', () => {
  expect(() => compileRegex('(')).toThrow('error parsing regexp')
})
