import { describe, expect, test } from 'vitest'
import { Random } from '../harness/random.js'
import { generateData, printPoint, TRAITS } from './generate-data.js'
import { generateQuestion, type Question } from './generate-question.js'
import { printPhrase } from './phrase.js'

function questions(seeds: number, perSeed: number): Question[] {
  return Array.from({ length: seeds }, (_, seed) => {
    const { shape } = generateData(new Random(seed))
    return Array.from({ length: perSeed }, (_, at) => generateQuestion(new Random(seed * 1000 + at), shape))
  }).flat()
}

const textOf = ({ statements }: Question): string => statements.map(printPhrase).join('\n')

test('the same seed makes the same data and the same questions', () => {
  const lines = (): string[] => generateData(new Random(7)).points.map(printPoint)
  expect(lines()).toEqual(lines())
  expect(questions(3, 20).map(textOf)).toEqual(questions(3, 20).map(textOf))
})

test('every trait of data comes up', () => {
  const found = Array.from({ length: 300 }, (_, seed) => generateData(new Random(seed)).shape.traits).flat()
  expect([...new Set(found)].sort()).toEqual([...TRAITS].sort())
})

describe('the whole grammar is asked for', () => {
  const texts = questions(60, 100).map(textOf)
  const all = texts.join('\n')
  const WORDS = [
    ...['count', 'sum', 'mean', 'median', 'mode', 'spread', 'stddev', 'min', 'max', 'first', 'last', 'percentile'],
    ...['distinct', 'integral', 'top', 'bottom', 'derivative', 'non_negative_derivative', 'difference', 'elapsed'],
    ...['non_negative_difference', 'moving_average', 'cumulative_sum', 'exp', 'pow', 'atan2', 'log', 'round', 'sqrt'],
  ].map((name) => ` ${name}(`)
  const CLAUSES = [
    'fill(previous)',
    'fill(linear)',
    'fill(none)',
    ' ORDER BY time DESC',
    ' SLIMIT ',
    ' SOFFSET ',
    ' tz(',
    ' OR ',
  ]
  const STATEMENTS = ['SHOW TAG VALUES', 'SHOW SERIES', 'DELETE FROM', 'DROP SERIES', 'DROP MEASUREMENT', ' INTO ']
  const METADATA = [
    'CREATE RETENTION POLICY',
    'ALTER RETENTION POLICY',
    'DROP DATABASE',
    'GRANT ',
    'REVOKE ',
    'DROP USER',
  ]

  test.each([...WORDS, ...CLAUSES, ...STATEMENTS, ...METADATA])('%s', (word) => {
    expect(all.includes(word)).toBe(true)
  })

  test('subqueries three deep, several sources, regexes, casts, aliases and unterminated texts', () => {
    expect(all).toMatch(/FROM \(SELECT [^()]*(\([^()]*\)[^()]*)*FROM \(SELECT [^()]*(\([^()]*\)[^()]*)*FROM \(SELECT/)
    expect(all).toMatch(/ FROM \w+, \w+/)
    expect(all).toMatch(/ FROM \//)
    expect(all).toMatch(/::float/)
    expect(all).toMatch(/ AS x/)
    expect(texts.some((text) => (text.match(/'/g) ?? []).length % 2 === 1)).toBe(true)
  })
})
