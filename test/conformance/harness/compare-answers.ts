/**
 * Two answers compared as a client would see them: status, headers and body byte for byte, except that floats may differ
 * by 1e-12 of their value, and except for what a case's marks allow. The result names the smallest part that differs.
 */

import type { Answer } from './answer.js'
import { type ExactJson, member, parseExactJson, printExactJson } from './exact-json.js'
import type { Mark } from './parse-cases.js'

export interface Difference {
  /** `status`, a header's name, or a path such as `results[0].series[1].values[3]`. */
  readonly where: string
  readonly expected: string
  readonly actual: string
}

const FLOAT_TOLERANCE = 1e-12
/** Floats up to 1e21 print without a point: beyond 2^53 their digits after the 17th are zeros. */
const LARGE_FLOAT = /^-?(?=\d{17,21}$)\d{1,17}0*$/
/** Numbers as JSON and CSV print them, not inside a word. */
const NUMBER = /(?<![\w.])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w.])/g

export function compareAnswers(expected: Answer, actual: Answer, marks: readonly Mark[]): Difference | null {
  if (expected.status !== actual.status) {
    return { where: 'status', expected: describe(expected), actual: describe(actual) }
  }
  return compareBodies(plain(expected.body), plain(actual.body), marks) ?? compareHeaders(expected, actual)
}

/** Go writes U+FFFD as itself when it was in the text and escaped when it stands for bytes that are none. */
function plain(body: string): string {
  return body.replaceAll('\\ufffd', '\ufffd')
}

function describe(answer: Answer): string {
  return `${answer.status} ${answer.body.trimEnd()}`
}

function compareHeaders(expected: Answer, actual: Answer): Difference | null {
  for (const name of new Set([...Object.keys(expected.headers), ...Object.keys(actual.headers)])) {
    const [left, right] = [expected.headers[name], actual.headers[name]]
    if (left !== right) return { where: name, expected: left ?? '(none)', actual: right ?? '(none)' }
  }
  return null
}

/** What a recording keeps: times that depend on the clock would change with every recording. */
export function withoutClock(answer: Answer, marks: readonly Mark[]): Answer {
  const masks = marks.filter((mark) => mark.kind === 'mask-time')
  const tree = masks.length === 0 ? null : parseExactJson(answer.body)
  return tree === null ? answer : { ...answer, body: `${printExactJson(arrange(tree, masks))}\n` }
}

/** A chunked answer is several JSON documents, one a line. */
function compareBodies(expected: string, actual: string, marks: readonly Mark[]): Difference | null {
  if (expected === actual) return null
  const [left, right] = [parseDocuments(expected), parseDocuments(actual)]
  if (left === null || right === null) return compareTexts(expected, actual)
  const difference = compareTrees(arrange(left, marks), arrange(right, marks), '')
  return difference ?? (marks.length > 0 ? null : compareTexts(expected, actual))
}

function parseDocuments(body: string): ExactJson | null {
  const whole = parseExactJson(body)
  if (whole !== null) return whole
  const items = body
    .split('\n')
    .filter((line) => line !== '')
    .map(parseExactJson)
  return items.length > 0 && items.every((item) => item !== null) ? { kind: 'array', items } : null
}

/** Texts that differ only in the last digits of floats are equal. */
function compareTexts(expected: string, actual: string): Difference | null {
  const isSameShape = expected.replace(NUMBER, '#') === actual.replace(NUMBER, '#')
  const [left, right] = [expected.match(NUMBER) ?? [], actual.match(NUMBER) ?? []]
  if (isSameShape && left.every((text, index) => isSameNumber(text, right[index]))) return null
  const lines = [expected.split('\n'), actual.split('\n')]
  const at = lines[0].findIndex((line, index) => line !== lines[1][index])
  if (at === -1) return { where: 'end of body', expected: JSON.stringify(expected), actual: JSON.stringify(actual) }
  return { where: `line ${at + 1}`, expected: lines[0][at], actual: lines[1][at] ?? '(none)' }
}

function isSameNumber(left: string, right: string): boolean {
  if (left === right) return true
  const [a, b] = [Number(left), Number(right)]
  const isFloat = /[.e]/.test(left) || /[.e]/.test(right) || (LARGE_FLOAT.test(left) && LARGE_FLOAT.test(right))
  return isFloat && Math.abs(a - b) <= FLOAT_TOLERANCE * Math.max(Math.abs(a), Math.abs(b))
}

function compareTrees(expected: ExactJson, actual: ExactJson, where: string): Difference | null {
  const differs = { where: where || 'body', expected: printExactJson(expected), actual: printExactJson(actual) }
  if (expected.kind === 'number' && actual.kind === 'number') {
    return isSameNumber(expected.text, actual.text) ? null : differs
  }
  if (expected.kind === 'array' && actual.kind === 'array') {
    if (expected.items.length !== actual.items.length) return differs
    // A row is read as a whole: its first differing cell says less than the two rows side by side.
    const isRow = expected.items.every((item) => item.kind === 'number' || item.kind === 'scalar')
    for (let at = 0; at < expected.items.length; at++) {
      const difference = compareTrees(expected.items[at], actual.items[at], `${where}[${at}]`)
      if (difference !== null) return isRow ? differs : difference
    }
    return null
  }
  if (expected.kind === 'object' && actual.kind === 'object') {
    const keys = (tree: typeof expected): string => tree.entries.map(([key]) => key).join()
    if (keys(expected) !== keys(actual)) return differs
    for (let at = 0; at < expected.entries.length; at++) {
      const key = JSON.parse(expected.entries[at][0])
      const path = where === '' ? key : `${where}.${key}`
      const difference = compareTrees(expected.entries[at][1], actual.entries[at][1], path)
      if (difference !== null) return difference
    }
    return null
  }
  return expected.kind === actual.kind && differs.expected === differs.actual ? null : differs
}

/** Puts rows into one order where the marks say that their order is free, and blanks times that depend on the clock. */
function arrange(tree: ExactJson, marks: readonly Mark[]): ExactJson {
  const has = (kind: Mark['kind']): boolean => marks.some((mark) => mark.kind === kind)
  const ordered = has('unordered-series') ? sortSeries(tree) : tree
  return mapRows(ordered, (rows) => {
    const masked = has('mask-time') ? rows.map(maskTime) : rows
    if (has('unordered')) return sorted(masked, () => '')
    return has('ties') ? sorted(masked, firstCell) : masked
  })
}

/** Series of one result, by name and tags. */
function sortSeries(tree: ExactJson): ExactJson {
  if (tree.kind === 'array') return { kind: 'array', items: tree.items.map(sortSeries) }
  if (tree.kind !== 'object') return tree
  return {
    kind: 'object',
    entries: tree.entries.map(([key, value]) => {
      const isSeries = key === '"series"' && value.kind === 'array'
      return [key, isSeries ? { kind: 'array', items: sorted(value.items, () => '') } : sortSeries(value)] as const
    }),
  }
}

function mapRows(tree: ExactJson, map: (rows: readonly ExactJson[]) => readonly ExactJson[]): ExactJson {
  if (tree.kind === 'array') return { kind: 'array', items: tree.items.map((item) => mapRows(item, map)) }
  if (tree.kind !== 'object') return tree
  const isSeries = member(tree, 'columns') !== null
  return {
    kind: 'object',
    entries: tree.entries.map(([key, value]) => {
      const isRows = isSeries && key === '"values"' && value.kind === 'array'
      return [key, isRows ? { kind: 'array', items: map(value.items) } : mapRows(value, map)] as const
    }),
  }
}

function maskTime(row: ExactJson): ExactJson {
  if (row.kind !== 'array') return row
  return { kind: 'array', items: [{ kind: 'scalar', text: '"(time)"' }, ...row.items.slice(1)] }
}

/** Sorts rows by their text within runs of equal keys; the runs stay where they are. */
function sorted(rows: readonly ExactJson[], keyOf: (row: ExactJson) => string): readonly ExactJson[] {
  const result: ExactJson[] = []
  for (let start = 0; start < rows.length; ) {
    let end = start + 1
    while (end < rows.length && keyOf(rows[end]) === keyOf(rows[start])) end++
    const run = rows.slice(start, end).map((row) => ({ row, text: printExactJson(row) }))
    run.sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
    result.push(...run.map(({ row }) => row))
    start = end
  }
  return result
}

function firstCell(row: ExactJson): string {
  return row.kind === 'array' && row.items.length > 0 ? printExactJson(row.items[0]) : ''
}
