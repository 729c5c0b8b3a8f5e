/**
 * Selectors: which row of a bucket min, max, first and last choose. Ties are broken as influxd 1.6.7 does: equal
 * extremes go to the earliest, equal times to the greater value (for the first of booleans, to false).
 */

import { type Column, isValid } from '../../domain/column.js'
import { maxRowFloat, minRowFloat } from './accumulate.js'
import type { Rows } from './rows.js'
import type { Value } from './series-builder.js'

export type SelectorName = 'min' | 'max' | 'first' | 'last'

export interface Candidate {
  readonly value: Value
  readonly timeNs: bigint
}

/** Whether `a` is chosen over `b`, which came before it. */
export type IsBetter = (a: Candidate, b: Candidate) => boolean

const isEarlier: IsBetter = (a, b) => a.timeNs < b.timeNs
const isEqualTime: IsBetter = (a, b) => a.timeNs === b.timeNs

export const IS_BETTER: Record<SelectorName, IsBetter> = {
  min: (a, b) => a.value < b.value || (a.value === b.value && isEarlier(a, b)),
  max: (a, b) => a.value > b.value || (a.value === b.value && isEarlier(a, b)),
  first: (a, b) => isEarlier(a, b) || (isEqualTime(a, b) && a.value > b.value),
  last: (a, b) => isEarlier(b, a) || (isEqualTime(a, b) && a.value > b.value),
}

const isFirstBoolean: IsBetter = (a, b) => isEarlier(a, b) || (isEqualTime(a, b) && a.value < b.value)

export function betterOf(name: SelectorName, column: Column): IsBetter {
  return name === 'first' && column.type === 'boolean' ? isFirstBoolean : IS_BETTER[name]
}

/** The chosen row among `[from, to)` by the values of `column`, or -1. */
export function chooseRow(name: SelectorName, column: Column, rows: Rows, from: number, to: number): number {
  const { times } = rows
  if (name === 'first' || name === 'last') {
    const isAtFront = (name === 'first') === times[from] <= times[to - 1]
    const edge = isAtFront ? frontRow(column, from, to) : backRow(column, from, to)
    return edge < 0 ? -1 : bestOfEqualTime(name, column, times, from, to, edge)
  }
  if (column.type === 'float') {
    const choose = name === 'max' ? maxRowFloat : minRowFloat
    return choose(column.values, column.validity, times, from, to)
  }
  return bestRow(IS_BETTER[name], column, times, from, to)
}

function bestRow(isBetter: IsBetter, column: Column, times: BigInt64Array, from: number, to: number): number {
  let best = -1
  for (let row = from; row < to; row++) {
    if (!isValid(column.validity, row)) continue
    if (best < 0 || isBetter(candidate(column, times, row), candidate(column, times, best))) best = row
  }
  return best
}

export function candidate(column: Column, times: BigInt64Array, row: number): Candidate {
  return { value: column.values[row], timeNs: times[row] }
}

function frontRow(column: Column, from: number, to: number): number {
  for (let row = from; row < to; row++) if (isValid(column.validity, row)) return row
  return -1
}

function backRow(column: Column, from: number, to: number): number {
  for (let row = to - 1; row >= from; row--) if (isValid(column.validity, row)) return row
  return -1
}

/** Rows with the time of `edge` lie next to it; several only when a group has several series. */
function bestOfEqualTime(
  name: SelectorName,
  column: Column,
  times: BigInt64Array,
  from: number,
  to: number,
  edge: number,
): number {
  const timeNs = times[edge]
  let start = edge
  let end = edge + 1
  while (start > from && times[start - 1] === timeNs) start--
  while (end < to && times[end] === timeNs) end++
  return end - start === 1 ? edge : bestRow(betterOf(name, column), column, times, start, end)
}
