/**
 * The functions of InfluxQL 1.8: what kind each one is and what its arguments must be. One table; the static check, the
 * planner and the operators all look here.
 *
 * - `aggregate`: one value from many; it has no time of its own.
 * - `selector`: picks points, which keep their time and may bring tags and other fields along.
 * - `transformation`: a value per point, from a field or from an aggregate per interval.
 * - `math`: a value from a value.
 */

export type FunctionKind = 'aggregate' | 'selector' | 'transformation' | 'math'

/** What the arguments after the first must be; `check-select.ts` knows each rule and its error texts. */
export type ArgumentRule =
  | 'field'
  | 'distinct'
  | 'percentile'
  | 'sample'
  | 'top'
  | 'unit'
  | 'difference'
  | 'moving-average'
  | 'smoothing'
  | 'kaufman'
  | 'chande'
  | 'integral'
  | 'holt-winters'
  | 'math-1'
  | 'math-2'

export interface FunctionInfo {
  readonly kind: FunctionKind
  readonly rule: ArgumentRule
}

const info = (kind: FunctionKind, rule: ArgumentRule): FunctionInfo => ({ kind, rule })

const FUNCTIONS = {
  count: info('aggregate', 'field'),
  distinct: info('aggregate', 'distinct'),
  integral: info('aggregate', 'integral'),
  mean: info('aggregate', 'field'),
  median: info('aggregate', 'field'),
  mode: info('aggregate', 'field'),
  spread: info('aggregate', 'field'),
  stddev: info('aggregate', 'field'),
  sum: info('aggregate', 'field'),
  bottom: info('selector', 'top'),
  first: info('selector', 'field'),
  last: info('selector', 'field'),
  max: info('selector', 'field'),
  min: info('selector', 'field'),
  percentile: info('selector', 'percentile'),
  sample: info('selector', 'sample'),
  top: info('selector', 'top'),
  chande_momentum_oscillator: info('transformation', 'chande'),
  cumulative_sum: info('transformation', 'difference'),
  derivative: info('transformation', 'unit'),
  difference: info('transformation', 'difference'),
  double_exponential_moving_average: info('transformation', 'smoothing'),
  elapsed: info('transformation', 'unit'),
  exponential_moving_average: info('transformation', 'smoothing'),
  holt_winters: info('transformation', 'holt-winters'),
  holt_winters_with_fit: info('transformation', 'holt-winters'),
  kaufmans_adaptive_moving_average: info('transformation', 'kaufman'),
  kaufmans_efficiency_ratio: info('transformation', 'kaufman'),
  moving_average: info('transformation', 'moving-average'),
  non_negative_derivative: info('transformation', 'unit'),
  non_negative_difference: info('transformation', 'difference'),
  relative_strength_index: info('transformation', 'smoothing'),
  triple_exponential_derivative: info('transformation', 'smoothing'),
  triple_exponential_moving_average: info('transformation', 'smoothing'),
  abs: info('math', 'math-1'),
  acos: info('math', 'math-1'),
  asin: info('math', 'math-1'),
  atan: info('math', 'math-1'),
  atan2: info('math', 'math-2'),
  ceil: info('math', 'math-1'),
  cos: info('math', 'math-1'),
  exp: info('math', 'math-1'),
  floor: info('math', 'math-1'),
  ln: info('math', 'math-1'),
  log: info('math', 'math-2'),
  log10: info('math', 'math-1'),
  log2: info('math', 'math-1'),
  pow: info('math', 'math-2'),
  round: info('math', 'math-1'),
  sin: info('math', 'math-1'),
  sqrt: info('math', 'math-1'),
  tan: info('math', 'math-1'),
} as const satisfies Record<string, FunctionInfo>

export type FunctionName = keyof typeof FUNCTIONS

/** Null for a function that does not exist. */
export function functionInfo(name: string): FunctionInfo | null {
  return isFunctionName(name) ? FUNCTIONS[name] : null
}

export function isFunctionName(name: string): name is FunctionName {
  return Object.hasOwn(FUNCTIONS, name)
}

export function isMathFunction(name: string): boolean {
  return functionInfo(name)?.kind === 'math'
}
