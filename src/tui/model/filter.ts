/**
 * The filter language: terms with spaces between, all of which must hold.
 *
 *   cpu            some cell contains it, upper and lower case alike      !cpu        none does
 *   db:telegraf    the cell of this column contains it                    !db:test
 *   rows>10k       greater, less, `>=`, `<=`, `=`; 10k, 5MiB, 1.5s, 2h are numbers too
 *   "a b"          a text with spaces
 */

import type { Cell, Row } from './table.js'

interface Term {
  readonly isNegative: boolean
  /** '' = any column. */
  readonly column: string
  readonly operator: ':' | '>' | '<' | '>=' | '<=' | '='
  readonly operand: string
}

export type Filter = readonly Term[]

const TERM = /(!?)(?:([\p{L}][\p{L}\p{N}_-]*)(:|>=|<=|>|<|=))?(?:"([^"]*)"?|(\S+))/gu

/** Never fails: what is no term is a text to look for. */
export function parseFilter(text: string): Filter {
  const terms: Term[] = []
  for (const [, sign, column = '', operator = ':', quoted, word] of text.matchAll(TERM)) {
    const operand = quoted ?? word ?? ''
    if (operand === '' && column === '') continue
    terms.push({
      isNegative: sign === '!',
      column: column.toLowerCase(),
      operator: operator as Term['operator'],
      operand,
    })
  }
  return terms
}

/** A term about a column that the row does not have is looked for as a text, so that `http://db1` finds something. */
export function matchesFilter(filter: Filter, row: Row): boolean {
  return filter.every((term) => holds(term, row) !== term.isNegative)
}

function holds({ column, operator, operand }: Term, row: Row): boolean {
  const cell = column === '' ? undefined : row.cells[column]
  if (cell !== undefined) return operator === ':' ? contains(cell, operand) : compares(cell, operator, operand)
  const text = column === '' ? operand : `${column}${operator}${operand}`
  return Object.values(row.cells).some((any) => contains(any, text))
}

function contains({ text, value }: Cell, operand: string): boolean {
  const wanted = operand.toLowerCase()
  return text.toLowerCase().includes(wanted) || (typeof value === 'string' && value.toLowerCase().includes(wanted))
}

function compares({ value, text }: Cell, operator: Term['operator'], operand: string): boolean {
  if (value === null) return false
  if (typeof value === 'string') {
    if (operator === '=') return value === operand || text === operand
    return orderHolds(operator, value < operand ? -1 : Number(value > operand))
  }
  const number = parseQuantity(operand)
  return number !== null && orderHolds(operator, value - number)
}

function orderHolds(operator: Term['operator'], difference: number): boolean {
  switch (operator) {
    case '>':
      return difference > 0
    case '<':
      return difference < 0
    case '>=':
      return difference >= 0
    case '<=':
      return difference <= 0
    default:
      return difference === 0
  }
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  '%': 0.01,
  k: 1e3,
  K: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  B: 1,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
  ms: 0.001,
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
}

/** `10k`, `5MiB`, `1.5s` (in seconds), `40%`; null when it is no number. */
export function parseQuantity(text: string): number | null {
  const [, number, unit] = /^(-?\d+(?:\.\d+)?)([A-Za-z%]*)$/.exec(text) ?? []
  if (number === undefined || !Object.hasOwn(UNITS, unit)) return null
  return Number(number) * UNITS[unit]
}
