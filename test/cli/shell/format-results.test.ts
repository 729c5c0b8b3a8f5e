import { expect, test } from 'vitest'
import { openPrinter, type ShellFormat } from '../../../src/cli/shell/format-results.js'
import { parseExactJson } from '../../../src/client/parse-exact-json.js'
import type { AnswerResult } from '../../../src/client/query-answer.js'

/** Answers of a real server, and what the real `influx` shell 1.6.7 prints for them. */
const CPU = `{"series":[{"name":"cpu","columns":["time","host","n","ok","s","usage"],"values":[[1000000000,"a",3,true,"a b",1.5],[2000000000,"b",4,null,null,2]]}]}`
const TAGGED = (host: string, value: string) =>
  `{"series":[{"name":"cpu","tags":{"region":"","host":"${host}"},"columns":["time","mean"],"values":[[0,${value}]]}]}`
const NUMBERS = `{"series":[{"name":"mem","columns":["time","free","x","n"],"values":[[3,1e+21,-0,9223372036854775807],[4,12345678.125,1e-7,null]]}]}`

function print(format: ShellFormat, results: readonly string[], isPretty = false): string {
  const printer = openPrinter(format, { isPretty })
  const parsed = results.map((text) => parseExactJson(text) as AnswerResult)
  return parsed.map((result) => printer.add(result)).join('') + printer.end()
}

test('columns are aligned, and nulls are empty up to the width of their column', () => {
  expect(print('column', [CPU])).toBe(
    'name: cpu\ntime       host n ok   s   usage\n----       ---- - --   -   -----\n1000000000 a    3 true a b 1.5\n2000000000 b    4          2\n',
  )
})

test('series are headed by name and tags with an empty line between', () => {
  expect(print('column', [TAGGED('a', '1'), TAGGED('b', '2.5')])).toBe(
    'name: cpu\ntags: host=a, region=\ntime mean\n---- ----\n0    1\n\nname: cpu\ntags: host=b, region=\ntime mean\n---- ----\n0    2.5\n',
  )
})

test('results that go on with the same columns get no second heading and share its widths', () => {
  expect(print('column', [CPU, CPU])).toBe(
    `${print('column', [CPU])}1000000000 a    3 true a b 1.5\n2000000000 b    4          2\n`,
  )
})

test('a result without series leaves an empty line', () => {
  expect(print('column', ['{}', NUMBERS, '{}'])).toBe(`\n${print('column', [NUMBERS])}\n`)
})

test('numbers keep their digits', () => {
  expect(print('column', [NUMBERS])).toBe(
    'name: mem\ntime free         x    n\n---- ----         -    -\n3    1e+21        -0   9223372036854775807\n4    12345678.125 1e-7 \n',
  )
})

test('CSV names series and tags in columns of their own', () => {
  expect(print('csv', [TAGGED('a', '1'), NUMBERS])).toBe(
    'name,tags,time,mean\ncpu,"host=a,region=",0,1\nname,time,free,x,n\nmem,3,1e+21,-0,9223372036854775807\nmem,4,12345678.125,1e-7,\n',
  )
})

test('JSON is one document, with letters escaped as Go does', () => {
  const result = `{"statement_id":0,"series":[{"columns":["<x>"],"values":[[9223372036854775807,"a&b"]]}],"partial":true}`
  expect(print('json', [result, '{"statement_id":1}'])).toBe(
    '{"results":[{"series":[{"columns":["\\u003cx\\u003e"],"values":[[9223372036854775807,"a\\u0026b"]]}]},{}]}\n',
  )
  expect(print('json', ['{"statement_id":0}'], true)).toBe('{\n    "results": [\n        {}\n    ]\n}\n')
})

test('vertical prints one line for each value', () => {
  expect(print('vertical', [TAGGED('a', '1')])).toBe('name: cpu\ntags: region=,host=a\ntime  0\nmean  1\n')
})
