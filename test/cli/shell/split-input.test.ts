import { describe, expect, test } from 'vitest'
import { isComplete, joinLines, splitScript } from '../../../src/cli/shell/split-input.js'

test.each([
  ['show databases', true],
  ['show databases;', true],
  ['select mean(x', false],
  ['select mean(x) from "a', false],
  [`select * from cpu where host = 'it\\'s`, false],
  [`select * from cpu where host = 'it\\'s'`, true],
  ['select * \\', false],
  ['select * -- ( " \n from cpu', true],
  ['insert cpu v="open', true],
  ['', true],
])('%j is complete: %s', (text, expected) => {
  expect(isComplete(text)).toBe(expected)
})

test('a backslash at the end of a line only joins it with the next', () => {
  expect(joinLines(['select * \\', 'from cpu'])).toBe('select *  \nfrom cpu')
})

describe('a script', () => {
  test('is parted at semicolons and at commands of the shell', () => {
    expect(splitScript('use db\nselect *\nfrom cpu;\nshow series\ninsert cpu v=1\ninsert cpu v=2\n')).toEqual([
      'use db',
      'select *\nfrom cpu;',
      'show series',
      'insert cpu v=1',
      'insert cpu v=2',
    ])
  })

  test('keeps words of the shell that stand inside quotes', () => {
    expect(splitScript(`select * from cpu where s = 'a\nexit\nb'`)).toEqual([
      `select * from cpu where s = 'a\nexit\nb'`,
    ])
  })

  test('may be empty', () => {
    expect(splitScript('\n  \n')).toEqual([])
  })
})
