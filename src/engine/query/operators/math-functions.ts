/** Functions of one or two numbers, value by value. What they cannot make a number of (the root of -1) is missing. */

import { type Column, type ColumnType, isValid, setValid, validityWordCount } from '../../domain/column.js'
import { emptyColumn } from '../../domain/empty-column.js'

export type MathFunction = keyof typeof FLOAT_FUNCTIONS

const FLOAT_FUNCTIONS = {
  abs: Math.abs,
  acos: Math.acos,
  asin: Math.asin,
  atan: Math.atan,
  atan2: Math.atan2,
  ceil: Math.ceil,
  cos: Math.cos,
  exp: Math.exp,
  floor: Math.floor,
  ln: Math.log,
  log: (value: number, base: number) => Math.log(value) / Math.log(base),
  log2: Math.log2,
  log10: Math.log10,
  pow: Math.pow,
  round: (value: number) => Math.sign(value) * Math.round(Math.abs(value)),
  sin: Math.sin,
  sqrt: Math.sqrt,
  tan: Math.tan,
} satisfies Record<string, (value: number, second: number) => number>

export function isMathFunction(name: string): name is MathFunction {
  return Object.hasOwn(FLOAT_FUNCTIONS, name)
}

/** Integers stay integers where nothing but their sign can change. */
const KEEPS_INTEGERS: ReadonlySet<MathFunction> = new Set(['abs', 'ceil', 'floor', 'round'])

/** Of one pair of numbers; the result may be NaN. `log` without a base, which only a condition can have, is none. */
export function mathOf(name: MathFunction, value: number | bigint, second: number | bigint | null): number | bigint {
  if (typeof value === 'bigint' && KEEPS_INTEGERS.has(name)) return name === 'abs' ? absolute(value) : value
  if (second === null && TAKES_TWO.has(name)) return Number.NaN
  const compute: (value: number, second: number) => number = FLOAT_FUNCTIONS[name]
  return compute(Number(value), Number(second ?? 0))
}

const TAKES_TWO: ReadonlySet<MathFunction> = new Set(['atan2', 'log', 'pow'])

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value
}

/** null = not for this type. */
export function mathType(name: MathFunction, argumentTypes: readonly ColumnType[]): ColumnType | null {
  if (argumentTypes.some((type) => type !== 'float' && type !== 'integer' && type !== 'unsigned')) return null
  return KEEPS_INTEGERS.has(name) ? argumentTypes[0] : 'float'
}

export function applyMath(
  name: MathFunction,
  type: ColumnType,
  [first, second]: readonly Column[],
  rowCount: number,
): Column {
  if (type !== 'float') return name === 'abs' ? absoluteIntegers(first, rowCount) : first
  const compute: (value: number, second: number) => number = FLOAT_FUNCTIONS[name]
  const values = new Float64Array(rowCount)
  const validity = new Uint32Array(validityWordCount(rowCount))
  for (let row = 0; row < rowCount; row++) {
    if (!isValid(first.validity, row) || (second !== undefined && !isValid(second.validity, row))) continue
    const value = compute(Number(first.values[row]), second === undefined ? 0 : Number(second.values[row]))
    values[row] = value
    setValid(validity, row)
  }
  return { type: 'float', values, validity }
}

function absoluteIntegers(column: Column, rowCount: number): Column {
  const out = emptyColumn(column.type, rowCount)
  for (let row = 0; row < rowCount; row++) {
    out.values[row] = absolute(column.values[row] as bigint)
  }
  return { ...out, validity: column.validity } as Column
}
