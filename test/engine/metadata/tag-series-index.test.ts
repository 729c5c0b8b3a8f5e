import { expect, test } from 'vitest'
import type { Expr } from '../../../src/engine/influxql/ast.js'
import { MemorySeriesTable } from '../../../src/engine/metadata/memory-series-table.js'
import { TagSeriesIndex } from '../../../src/engine/metadata/tag-series-index.js'

/** The series that influxd 1.6.7 was asked about; the expected answers below are its own. */
const SERIES: [string, Record<string, string>][] = [
  ['m', { host: 'a' }],
  ['m', { host: 'b', region: 'x' }],
  ['m', { host: 'a!', region: 'x' }],
  ['m', { host: 'a b', region: 'y' }],
  ['m', { region: 'x' }],
  ['m', {}],
  ['m', { host: 'c', region: 'c' }],
  ['n', { host: 'a' }],
]
const ALL = ['', 'a', 'a b/y', 'a!/x', 'b/x', 'c/c', '/x']

const isField = (name: string): boolean => ['f', 's', 'b'].includes(name)
const tag = (name: string): Expr => ({ kind: 'varref', name, type: null })
const text = (value: string): Expr => ({ kind: 'string', value })
const regex = (source: string): Expr => ({ kind: 'regex', source })
const op = (lhs: Expr, op: (Expr & { kind: 'binary' })['op'], rhs: Expr): Expr => ({ kind: 'binary', op, lhs, rhs })
const one: Expr = { kind: 'integer', value: 1n }

function openIndex() {
  const table = new MemorySeriesTable()
  const index = new TagSeriesIndex(table)
  for (const [measurement, tags] of SERIES) index.add(table.intern(measurement, Object.entries(tags)))
  const label = (ordinal: number): string => {
    const tags = new Map(table.tagsOf(ordinal))
    return [tags.get('host') ?? '', ...(tags.has('region') ? [tags.get('region')] : [])].join('/')
  }
  return { table, index, label }
}

/** One line a selection: series, then what is left of the condition. */
function select(condition: Expr | null) {
  const { index, label } = openIndex()
  return index
    .select('m', condition, isField)
    .map(({ series, residual }) => ({ series: Array.from(series, label), residual }))
}

test('series come in the order of their tags, not of their escaped keys', () => {
  const { index, label } = openIndex()
  expect(Array.from(index.seriesOf('m'), label)).toEqual(ALL)
  expect(select(null)).toEqual([{ series: ALL, residual: null }])
})

test.each<[string, Expr, string[]]>([
  ["host = 'a'", op(tag('host'), '=', text('a')), ['a']],
  ["'a' = host", op(text('a'), '=', tag('host')), ['a']],
  ["host = 'nobody'", op(tag('host'), '=', text('nobody')), []],
  ["host = ''", op(tag('host'), '=', text('')), ['', '/x']],
  ["host != ''", op(tag('host'), '!=', text('')), ['a', 'a b/y', 'a!/x', 'b/x', 'c/c']],
  ["host != 'a'", op(tag('host'), '!=', text('a')), ['', 'a b/y', 'a!/x', 'b/x', 'c/c', '/x']],
  ["host > 'a' means host != 'a'", op(tag('host'), '>', text('a')), ['', 'a b/y', 'a!/x', 'b/x', 'c/c', '/x']],
  ["nosuch = ''", op(tag('nosuch'), '=', text('')), ALL],
  ["nosuch != 'x'", op(tag('nosuch'), '!=', text('x')), ALL],
  ["nosuch = 'x'", op(tag('nosuch'), '=', text('x')), []],
  ['host =~ /a/', op(tag('host'), '=~', regex('a')), ['a', 'a b/y', 'a!/x']],
  ['host =~ /^$/', op(tag('host'), '=~', regex('^$')), ['', '/x']],
  ['host !~ /^$/', op(tag('host'), '!~', regex('^$')), ['a', 'a b/y', 'a!/x', 'b/x', 'c/c']],
  ['host !~ /a|^$/', op(tag('host'), '!~', regex('a|^$')), ['b/x', 'c/c']],
  ['host =~ /^(a|b)$/', op(tag('host'), '=~', regex('^(a|b)$')), ['a', 'b/x']],
  ['host = region asks whether both exist', op(tag('host'), '=', tag('region')), ['a b/y', 'a!/x', 'b/x', 'c/c']],
  ['host != region', op(tag('host'), '!=', tag('region')), ['a']],
  ["_name = 'm'", op(tag('_name'), '=', text('m')), ALL],
  ["_name = 'n'", op(tag('_name'), '=', text('n')), []],
  ["_tagKey = 'zzz' holds always", op(tag('_tagKey'), '=', text('zzz')), ALL],
  ['host = 5', op(tag('host'), '=', one), []],
  ['host != 5', op(tag('host'), '!=', one), []],
  ["f::tag = ''", op({ kind: 'varref', name: 'f', type: 'tag' }, '=', text('')), ALL],
  ['true', { kind: 'boolean', value: true }, ALL],
  ['false', { kind: 'boolean', value: false }, []],
  [
    "region = 'x' OR host = ''",
    op(op(tag('region'), '=', text('x')), 'OR', op(tag('host'), '=', text(''))),
    ['', 'a!/x', 'b/x', '/x'],
  ],
  [
    "host != 'a' AND host != 'b'",
    op(op(tag('host'), '!=', text('a')), 'AND', op(tag('host'), '!=', text('b'))),
    ['', 'a b/y', 'a!/x', 'c/c', '/x'],
  ],
  ["host = 'a' OR host = 5", op(op(tag('host'), '=', text('a')), 'OR', op(tag('host'), '=', one)), ['a']],
])('%s', (_, condition, expected) => {
  expect(select(condition)).toEqual(expected.length === 0 ? [] : [{ series: expected, residual: null }])
})

test('a field condition is left over for every series', () => {
  const onField = op(tag('f'), '>', one)
  expect(select(onField)).toEqual([{ series: ALL, residual: onField }])
})

test('a tag cast to a field is left to the rows', () => {
  const condition = op({ kind: 'varref', name: 'host', type: 'field' }, '=', text('a'))
  expect(select(condition)).toEqual([{ series: ALL, residual: condition }])
})

test('AND of a tag and a field condition leaves the field condition to fewer series', () => {
  const onField = op(tag('f'), '>', one)
  expect(select(op(onField, 'AND', op(tag('host'), '=', text('a'))))).toEqual([{ series: ['a'], residual: onField }])
})

test('OR of a tag and a field condition splits the series', () => {
  const onField = op(tag('f'), '=', one)
  expect(select(op(op(tag('host'), '=', text('a')), 'OR', onField))).toEqual([
    { series: ['a'], residual: null },
    { series: ALL.filter((label) => label !== 'a'), residual: onField },
  ])
})

test('a tag compared with a field is put in as its value, and fails where the tag is missing', () => {
  const withText = (value: string) => op(text(value), '=', tag('s'))
  expect(select(op(tag('host'), '=', tag('s')))).toEqual([
    { series: ['a'], residual: withText('a') },
    { series: ['b/x'], residual: withText('b') },
    { series: ['a!/x'], residual: withText('a!') },
    { series: ['a b/y'], residual: withText('a b') },
    { series: ['c/c'], residual: withText('c') },
  ])
})

test('arithmetic on a tag has no value', () => {
  expect(select(op(op(tag('host'), '+', text('x')), '=', text('ax')))).toEqual([])
})

test('a dropped measurement leaves the index and can come back', () => {
  const { table, index } = openIndex()
  index.removeMeasurement('m')
  expect(index.measurements()).toEqual(['n'])
  expect(index.has(0)).toBe(false)
  expect(index.seriesOf('m')).toHaveLength(0)
  index.add(table.intern('m', [['host', 'a']]))
  expect(index.measurements()).toEqual(['m', 'n'])
  expect(index.seriesCount('m')).toBe(1)
  expect(index.tagKeys('m')).toEqual(['host'])
})

test('measurements, tag keys and values come sorted bytewise', () => {
  const { table, index } = openIndex()
  index.add(table.intern('B', [['host', '\u{10000}']]))
  index.add(table.intern('B', [['host', '\u{e000}']]))
  expect(index.measurements()).toEqual(['B', 'm', 'n'])
  expect(index.tagKeys('m')).toEqual(['host', 'region'])
  expect(index.tagValues('B', 'host')).toEqual(['\u{e000}', '\u{10000}'])
  expect(index.tagValues('m', 'nosuch')).toEqual([])
})

test('among thousands of series, tag values and keys are those that a look at each series finds', () => {
  const table = new MemorySeriesTable()
  const index = new TagSeriesIndex(table)
  for (let i = 0; i < 5000; i++) {
    const tags: [string, string][] = [
      ['host', `h${i}`],
      ['rack', `r${i % 50}`],
    ]
    if (i % 3 === 0) tags.push(['zone', `z${i % 7}`])
    index.add(table.intern('m', tags))
  }
  const conditions = [
    op(tag('rack'), '=~', regex('[13579]$')),
    op(tag('zone'), '!=', text('')),
    op(op(tag('rack'), '!=', text('r3')), 'AND', op(tag('zone'), '=', text(''))),
  ]
  for (const condition of conditions) {
    const series = index.seriesMatching('m', condition, isField)
    expect(series.length).toBeGreaterThan(1000)
    for (const key of ['host', 'rack', 'zone']) {
      const read = index.tagReader('m', key)
      const values = new Set(Array.from(series, read).filter((value) => value !== ''))
      expect(index.tagValuesMatching('m', [key], condition, isField)).toEqual([[...values].sort()])
      expect(index.tagKeysMatching('m', condition, isField).includes(key)).toBe(values.size > 0)
      expect(Array.from(series, read)).toEqual(
        Array.from(series, (ordinal) => new Map(table.tagsOf(ordinal)).get(key) ?? ''),
      )
    }
  }
  expect([...index.ordinalsOf('m')]).toEqual(Array.from({ length: 5000 }, (_, i) => i))
})

test('removed series are gone from every answer and can come back', () => {
  const { table, index, label } = openIndex()
  const hostOf = index.tagReader('m', 'host')
  const gone = index.seriesMatching('m', op(tag('region'), '=', text('x')), isField)
  index.removeSeries('m', gone)
  expect(Array.from(index.seriesOf('m'), label)).toEqual(['', 'a', 'a b/y', 'c/c'])
  expect(index.tagValues('m', 'region')).toEqual(['c', 'y'])
  expect(index.tagKeys('m')).toEqual(['host', 'region'])
  expect(index.has(gone[0])).toBe(false)
  // A reader that was made before still reads right.
  for (const ordinal of index.seriesOf('m'))
    expect(hostOf(ordinal)).toBe(new Map(table.tagsOf(ordinal)).get('host') ?? '')
  index.add(gone[0])
  expect(index.seriesCount('m')).toBe(5)
  index.removeSeries('m', index.ordinalsOf('m').slice())
  expect(index.measurements()).toEqual(['n'])
})

test('series are chosen by tags alone, or not at all', () => {
  const { index, label } = openIndex()
  const chosen = (condition: Expr | null): string[] | null => {
    const series = index.seriesByTags('m', condition, isField)
    return series && Array.from(series, label).sort()
  }
  expect(chosen(null)).toEqual([...ALL].sort())
  expect(chosen(op(tag('host'), '=', text('a')))).toEqual(['a'])
  expect(chosen(op(tag('f'), '=', one))).toBeNull()
  expect(chosen(op(tag('host'), '=', one))).toBeNull()
  expect(chosen(op(op(tag('host'), '=', text('nobody')), 'AND', op(tag('f'), '=', one)))).toEqual([])
  expect(chosen(op(op(tag('host'), '=', text('a')), 'OR', op(tag('f'), '=', one)))).toBeNull()
})
