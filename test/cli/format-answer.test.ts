import { expect, test } from 'vitest'
import { FORMAT_SERIES } from '../../src/cli/format-answer.js'
import type { AnswerSeries } from '../../src/client/query-answer.js'

const SERIES: AnswerSeries = {
  name: 'cpu',
  tags: { host: 'a', dc: 'x,y' },
  columns: ['time', 'n', 'text'],
  values: [
    ['2020-01-01T00:00:00Z', 9223372036854775807n, 'say "hi"'],
    ['2020-01-01T00:00:10Z', null, '日本'],
    ['2020-01-01T00:00:20Z', 1.5, null],
  ],
}

function format(kind: keyof typeof FORMAT_SERIES, series = SERIES, isContinued = false): string {
  return FORMAT_SERIES[kind]({ series, isContinued, previousColumns: null, statement: 0 })
}

test('a table has no borders, and numbers stand right', () => {
  expect(format('table')).toBe(
    [
      'name: cpu',
      'tags: host=a,dc=x,y',
      'time                                    n  text',
      '2020-01-01T00:00:00Z  9223372036854775807  say "hi"',
      '2020-01-01T00:00:10Z                       日本',
      '2020-01-01T00:00:20Z                  1.5',
      '',
    ].join('\n'),
  )
})

test('a table that goes on repeats no heading', () => {
  expect(format('table', { ...SERIES, values: [['2020-01-01T00:00:30Z', 1, 'x']] }, true)).toBe(
    '2020-01-01T00:00:30Z  1  x\n',
  )
})

test('vertical gives each value a line', () => {
  expect(format('vertical', { ...SERIES, values: SERIES.values!.slice(0, 1) })).toBe(
    'name: cpu\ntags: host=a,dc=x,y\ntime  2020-01-01T00:00:00Z\n   n  9223372036854775807\ntext  say "hi"\n',
  )
})

test('CSV quotes what needs it, and repeats the header only when the columns change', () => {
  const lines = format('csv').split('\n')
  expect(lines[0]).toBe('name,tags,time,n,text')
  expect(lines[1]).toBe('cpu,"host=a,dc=x,y",2020-01-01T00:00:00Z,9223372036854775807,"say ""hi"""')
  const same = FORMAT_SERIES.csv({ series: SERIES, isContinued: false, previousColumns: 'time,n,text', statement: 0 })
  expect(same.startsWith('cpu,')).toBe(true)
})

test('a control character in stored text does not reach the terminal', () => {
  const series = { columns: ['v'], values: [['\u001b[2Jgone']] }
  expect(format('table', series)).toBe('v\n\ufffd[2Jgone\n')
})

test('CSV and JSON lines keep every character', () => {
  const series = { name: 'm', columns: ['v'], values: [['a\u001b\r\n"b",\u0000']] }
  expect(format('csv', series)).toBe('name,tags,v\nm,,"a\u001b\r\n""b"",\u0000"\n')
  expect(JSON.parse(format('jsonl', series)).columns.v).toBe('a\u001b\r\n"b",\u0000')
})

test('JSON lines are an object for each row, with all digits of an integer', () => {
  expect(format('jsonl')).toBe(
    '{"statement":0,"measurement":"cpu","tags":{"host":"a","dc":"x,y"},"time":"2020-01-01T00:00:00Z","columns":{"n":9223372036854775807,"text":"say \\"hi\\""}}\n' +
      '{"statement":0,"measurement":"cpu","tags":{"host":"a","dc":"x,y"},"time":"2020-01-01T00:00:10Z","columns":{"n":null,"text":"日本"}}\n' +
      '{"statement":0,"measurement":"cpu","tags":{"host":"a","dc":"x,y"},"time":"2020-01-01T00:00:20Z","columns":{"n":1.5,"text":null}}\n',
  )
  const piece = { isContinued: true, previousColumns: 'name', statement: 3 }
  const series = { columns: ['name', 'n'], values: [['d', -0]] }
  expect(FORMAT_SERIES.jsonl({ series, ...piece })).toBe('{"statement":3,"columns":{"name":"d","n":-0}}\n')
  expect(FORMAT_SERIES.jsonl({ series: { columns: ['time', 'v'] }, ...piece })).toBe('')
})

test('a series without rows and without a name is a line of column names', () => {
  expect(format('table', { columns: ['name'] })).toBe('name\n')
})

test('an empty text is not no value, and minus zero has its sign', () => {
  const series = { columns: ['a', 'b', 'c'], values: [['', null, -0]] }
  expect(format('csv', series)).toBe('name,tags,a,b,c\n,,"",,-0\n')
  expect(format('table', series)).toBe('a  b   c\n      -0\n')
})
