import { describe, expect, test } from 'vitest'
import { Random } from '../harness/random.js'
import { generateData, type Point, printPoint } from './generate-data.js'
import { generateQuestion } from './generate-question.js'
import { clause, group, optional, type Phrase, printPhrase, simplerPhrases } from './phrase.js'
import { type ShrinkCase, shrinkCase, shrinkPhrase } from './shrink.js'

const print = ({ statements, points }: ShrinkCase): string[] => [
  ...statements.map(printPhrase),
  ...points.map(printPoint),
]

function point(seconds: number, more: Partial<Point> = {}): Point {
  const tags = [
    ['host', 'a'],
    ['dc', 'x'],
  ] as const
  const fields = [
    ['f', '1'],
    ['g', '2'],
    ['h', '3'],
  ] as const
  return { policy: 'autogen', measurement: 'm', tags, fields, timeNs: BigInt(seconds), ...more }
}

describe('a planted difference', () => {
  const statement = group([
    clause('SELECT ', ['mean(f)', group(['abs(', group(['spread(g)', ' + ', '1'], [0, 2]), ')'], [1])], ', ', 1),
    clause(' FROM ', [group(['(', group(['SELECT * FROM m']), ')'], [], ['m']), 'other'], ', ', 1),
    clause(' WHERE ', [group(['(', "host = 'a'", ' OR ', 'f > 1', ')'], [1, 3]), 'time > 0'], ' AND '),
    clause(' GROUP BY ', ['time(1m)', 'host']),
    optional(' fill(0)'),
    optional(' LIMIT 1'),
  ])
  const found: ShrinkCase = {
    statements: ['SHOW SERIES', statement, 'SHOW MEASUREMENTS'],
    points: Array.from({ length: 60 }, (_, seconds) => point(seconds)),
  }

  test('becomes the one statement, the two points and the fields that show it', async () => {
    const differs = async ({ statements, points }: ShrinkCase): Promise<boolean> =>
      statements.some((each) => /spread\(g\).* WHERE .*f > 1.* GROUP BY .*host/.test(printPhrase(each))) &&
      [17, 42].every((seconds) =>
        points.some(({ timeNs, fields }) => timeNs === BigInt(seconds) && /g/.test(String(fields))),
      )
    expect(print(await shrinkCase(found, differs))).toEqual([
      'SELECT spread(g) FROM m WHERE f > 1 GROUP BY host',
      'm g=2 17',
      'm g=2 42',
    ])
  })

  test('keeps a pair of tags and fields that only together show it', async () => {
    const differs = async ({ points }: ShrinkCase): Promise<boolean> =>
      points.some(
        ({ tags, fields }) => tags.some(([name]) => name === 'dc') && /f,1,h,3|f,1,g,2,h,3/.test(String(fields)),
      )
    expect(print(await shrinkCase(found, differs)).at(-1)).toMatch(/^m,dc=x f=1,h=3 \d+$/)
  })

  test('that does not come back leaves the case as it was', async () => {
    expect(await shrinkCase(found, async () => false)).toEqual(found)
  })
})

test('every smaller phrase of a generated statement shrinks to the end', async () => {
  const { shape } = generateData(new Random(3))
  for (let seed = 0; seed < 50; seed++) {
    const [statement] = generateQuestion(new Random(seed), shape).statements
    const smallest: Phrase = await shrinkPhrase(statement, async () => true)
    const length = printPhrase(smallest).length
    expect([...simplerPhrases(smallest)].every((each) => printPhrase(each).length >= length)).toBe(true)
  }
})
