import { describe, expect, test } from 'vitest'
import { checkPoints, parseTypedSelect } from '../../../src/cli/query/typed-select.js'
import { printStatement } from '../../../src/engine/index.js'

function parse(text: string, more: { readonly paramsJson?: string; readonly retentionPolicy?: string } = {}) {
  const call = { text, database: 'd', retentionPolicy: '', epoch: '', paramsJson: '', isPretty: false, ...more }
  return parseTypedSelect(call, 'line')
}

const hintOf = (run: () => unknown) => {
  try {
    run()
  } catch (error) {
    return error as { readonly message: string; readonly hint: string; readonly exit: string }
  }
  throw new Error('it was taken')
}

test('parameters and the policy are in the statement, where it names none', () => {
  const select = parse('SELECT v FROM m, "other".n WHERE host = $host GROUP BY *', {
    paramsJson: `{"host":"o'hara"}`,
    retentionPolicy: 'a week',
  })
  expect(printStatement(select)).toBe(`SELECT v FROM "a week".m, other.n WHERE host = 'o\\'hara' GROUP BY *`)
})

test.each(['SHOW DATABASES', 'SELECT v FROM m; SELECT v FROM n', 'SELECT v INTO x FROM m', 'EXPLAIN SELECT v FROM m'])(
  '%s has no rows to write',
  (text) => {
    expect(hintOf(() => parse(text))).toMatchObject({ exit: 'usage', hint: expect.stringContaining('jsonl') })
  },
)

describe('points', () => {
  test.each([
    'SELECT * FROM m GROUP BY *',
    'SELECT v, "w x"::integer AS y FROM /m.*/ WHERE time > 0 GROUP BY * ORDER BY time DESC LIMIT 3',
    'SELECT /usage_.*/ FROM m GROUP BY *',
    'SELECT *::field FROM m GROUP BY *',
  ])('%s has them', (text) => {
    expect(() => checkPoints(parse(text))).not.toThrow()
  })

  test.each([
    ['SELECT mean(v) FROM m GROUP BY *', '"mean(v)" is no field'],
    ['SELECT v * 2 FROM m GROUP BY *', '"v * 2" is no field'],
    ['SELECT host::tag, v FROM m GROUP BY *', '"host::tag" is no field'],
    ['SELECT *::tag FROM m GROUP BY *', 'is no field'],
    ['SELECT time, v FROM m GROUP BY *', '"time" is no field'],
    ['SELECT v AS time FROM m GROUP BY *', 'named "time"'],
    ['SELECT v, v FROM m GROUP BY *', '"v" is selected twice'],
    ['SELECT v FROM (SELECT v FROM m) GROUP BY *', 'a subquery has no points'],
    ['SELECT v FROM m GROUP BY host', 'do not tell their tags'],
  ])('%s has none: %s', (text, reason) => {
    expect(hintOf(() => checkPoints(parse(text)))).toMatchObject({
      exit: 'usage',
      message: expect.stringContaining(reason),
    })
  })

  test('what lacks the tags is told as it has to be, ready for a shell', () => {
    expect(hintOf(() => checkPoints(parse(`SELECT v FROM m WHERE host='a' LIMIT 3`))).hint).toBe(
      `-e 'SELECT v FROM m WHERE host = '\\''a'\\'' GROUP BY * LIMIT 3'`,
    )
  })
})
