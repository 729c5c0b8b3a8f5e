import { expect, test } from 'vitest'
import { type ListColumn, renderList } from '../../src/cli/list-table.js'

interface Thing {
  readonly name: string
  readonly size: number | null
}

const COLUMNS: readonly ListColumn<Thing>[] = [
  { name: 'NAME', align: 'left', rank: 0, cell: ({ name }) => name },
  { name: 'HOW LARGE', align: 'right', rank: 1, cell: ({ size }) => `${size ?? '–'} B`, sortKey: ({ size }) => size },
  { name: 'NOTE', align: 'left', rank: 2, cell: () => 'long text' },
  { name: 'MORE', align: 'left', rank: null, cell: () => 'x' },
]
const THINGS: readonly Thing[] = [
  { name: 'b', size: 9 },
  { name: 'a', size: null },
  { name: 'c', size: 10 },
]
const OPTIONS = { 'no-header': false, wide: false }

function namesIn(text: string): string[] {
  return text.split('\n').map((line) => line[0])
}

test('all columns but the additional ones are shown, and those with --wide', () => {
  expect(renderList(COLUMNS, THINGS, OPTIONS, null)).toBe(
    [
      'NAME  HOW LARGE  NOTE',
      'b           9 B  long text',
      'a           – B  long text',
      'c          10 B  long text',
    ].join('\n'),
  )
  expect(renderList(COLUMNS, THINGS, { ...OPTIONS, wide: true }, 10)).toContain('MORE')
})

test('what has no room goes, the least important first, and lines are never broken', () => {
  expect(renderList(COLUMNS, THINGS, OPTIONS, 26)).toContain('NOTE')
  expect(renderList(COLUMNS, THINGS, OPTIONS, 25)).toMatch(/^NAME {2}HOW LARGE\n/)
  expect(renderList(COLUMNS, THINGS, OPTIONS, 10)).toBe('NAME\nb\na\nc')
  expect(renderList(COLUMNS, THINGS, OPTIONS, 2)).toBe('NAME\nb\na\nc')
})

test('columns are chosen by name and order', () => {
  const options = { ...OPTIONS, columns: 'more, How-Large', 'no-header': true }
  expect(renderList(COLUMNS, THINGS, options, 3)).toBe('x   9 B\nx   – B\nx  10 B')
  expect(() => renderList(COLUMNS, THINGS, { ...OPTIONS, columns: 'size' }, null)).toThrow('there is no column size')
})

test('rows are sorted by value, both ways, and what has none comes last', () => {
  const sorted = (sort: string) => namesIn(renderList(COLUMNS, THINGS, { ...OPTIONS, 'no-header': true, sort }, null))
  expect(sorted('how-large')).toEqual(['b', 'c', 'a'])
  expect(sorted('-how-large')).toEqual(['c', 'b', 'a'])
  expect(sorted('name')).toEqual(['a', 'b', 'c'])
  expect(() => sorted('x')).toThrow('--sort: there is no column x')
})
