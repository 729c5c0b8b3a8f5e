/**
 * A call as written → what is reduced and transformed: `moving_average(derivative(mean(usage), 1s), 3)` is two
 * transformations of a reduction of a field. The static check has seen to numbers and kinds of arguments.
 */

import { HyperbyteError } from '../domain/errors.js'
import type { Expr } from '../influxql/ast.js'
import type { Call, VarRef } from '../influxql/walk-expr.js'
import { isReduceFunction } from './operators/reduce.js'
import type { ReduceFunction } from './operators/reducers/bucket-reducer.js'
import { type IndicatorFunction, isIndicatorFunction, isWarmup } from './operators/technical-analysis/make-indicator.js'
import type { ForecastFunction, NeighbourFunction, TransformSpec } from './operators/transform.js'

export interface ReadCall {
  /** null = the field's own points. */
  readonly reduce: ReadReduce | null
  /** In the order in which they are applied: the innermost first. */
  readonly transforms: readonly TransformSpec[]
  readonly field: VarRef
}

export interface ReadReduce {
  readonly function: ReduceFunction
  /** N of percentile, top, bottom and sample; 0 otherwise. */
  readonly argument: number
  /** Tags between the field and N of top and bottom. */
  readonly distinctBy: readonly VarRef[]
}

const SECOND_NS = 1_000_000_000n

/** Unit of each function that is written without one; null = the GROUP BY interval, else a second. */
const NEIGHBOUR_UNITS: Readonly<Record<NeighbourFunction, bigint | null>> = {
  derivative: null,
  non_negative_derivative: null,
  difference: 1n,
  non_negative_difference: 1n,
  moving_average: 1n,
  cumulative_sum: 1n,
  elapsed: 1n,
  integral: SECOND_NS,
}

export function readCall(call: Call, intervalNs: bigint | null): ReadCall {
  const transforms: TransformSpec[] = []
  for (let node = call; ; ) {
    const transform = readTransform(node, intervalNs)
    if (transform === null) return { ...readReduce(node), transforms: transforms.reverse() }
    transforms.push(transform)
    const [input] = node.args
    if (input?.kind === 'varref') return { reduce: null, field: input, transforms: transforms.reverse() }
    if (input?.kind === 'distinct') return { ...distinctOf(input.name), transforms: transforms.reverse() }
    if (input?.kind !== 'call') throw expectedField(node)
    node = input
  }
}

function readTransform({ name, args }: Call, intervalNs: bigint | null): TransformSpec | null {
  if (isIndicatorFunction(name)) return readIndicator(name, args)
  if (isForecast(name)) {
    return { kind: 'forecast', function: name, pointCount: integerOf(args[1]) ?? 0, season: integerOf(args[2]) ?? 0 }
  }
  if (!isNeighbourFunction(name)) return null
  const [, parameter] = args
  return {
    kind: 'neighbours',
    function: name,
    unitNs: parameter?.kind === 'duration' ? parameter.ns : (NEIGHBOUR_UNITS[name] ?? intervalNs ?? SECOND_NS),
    size: integerOf(parameter) ?? 1,
  }
}

/** A hold period of -1 stands for the one that fits the indicator. */
function readIndicator(name: IndicatorFunction, args: readonly Expr[]): TransformSpec {
  const [, period, hold, warmup] = args
  const holdPeriod = integerOf(hold) ?? -1
  const defaultWarmup = name === 'chande_momentum_oscillator' ? 'none' : 'exponential'
  return {
    kind: 'indicator',
    function: name,
    period: integerOf(period) ?? 1,
    holdPeriod: holdPeriod < 0 ? null : holdPeriod,
    warmup: warmup?.kind === 'string' && isWarmup(warmup.value) ? warmup.value : defaultWarmup,
  }
}

function integerOf(expr: Expr | undefined): number | null {
  return expr?.kind === 'integer' ? Number(expr.value) : null
}

/** Whether the transformation needs the bucket before the first; sums and forecasts start afresh. */
function looksBack({ function: name, kind }: TransformSpec): boolean {
  return kind !== 'forecast' && name !== 'cumulative_sum' && name !== 'integral'
}

/** How many buckets before the first the calls of a statement may look at: of all transformations, the longest window. */
export function lookBackMax(calls: readonly ReadCall[]): number {
  const windows = calls.flatMap(({ transforms }) => transforms.filter(looksBack).map(windowOf))
  return Math.max(0, ...windows)
}

/** How many a call looks at: one for each transformation that needs one, whatever its window (influxd 1.6.7). */
export function lookBackOf({ transforms }: ReadCall): number {
  return transforms.filter(looksBack).length
}

function windowOf(spec: TransformSpec): number {
  if (spec.kind === 'indicator') return spec.period
  return spec.kind === 'neighbours' && spec.function === 'moving_average' ? spec.size : 1
}

function isNeighbourFunction(name: string): name is NeighbourFunction {
  return Object.hasOwn(NEIGHBOUR_UNITS, name)
}

function isForecast(name: string): name is ForecastFunction {
  return name === 'holt_winters' || name === 'holt_winters_with_fit'
}

function readReduce(call: Call): { readonly reduce: ReadReduce; readonly field: VarRef } {
  const { name } = call
  if (!isReduceFunction(name)) throw new HyperbyteError('invalid', `unsupported call: ${name}`)
  const [argument] = call.args
  if (argument?.kind === 'varref') {
    return {
      reduce: { function: name, argument: numberOf(call, name), distinctBy: tagArguments(call, name) },
      field: argument,
    }
  }
  const field = name === 'count' ? distinctField(argument) : null
  if (field === null) throw expectedField(call)
  return { reduce: { function: 'count-distinct', argument: 0, distinctBy: [] }, field }
}

/** `distinct f` inside another call. */
function distinctOf(field: string): { readonly reduce: ReadReduce; readonly field: VarRef } {
  return {
    reduce: { function: 'distinct', argument: 0, distinctBy: [] },
    field: { kind: 'varref', name: field, type: null },
  }
}

/** `count(distinct f)` and `count(distinct(f))` are one reducer. */
function distinctField(argument: Expr | undefined): VarRef | null {
  if (argument?.kind === 'distinct') return { kind: 'varref', name: argument.name, type: null }
  if (argument?.kind !== 'call' || argument.name !== 'distinct') return null
  const [inner] = argument.args
  return inner?.kind === 'varref' ? inner : null
}

function numberOf(call: Call, name: ReduceFunction): number {
  const last = call.args.at(-1)!
  if (name === 'percentile') {
    if (last.kind === 'number') return last.value
    if (last.kind === 'integer') return Number(last.value)
    throw new HyperbyteError('invalid', 'expected float argument in percentile()')
  }
  return last.kind === 'integer' ? Number(last.value) : 0
}

function tagArguments(call: Call, name: ReduceFunction): readonly VarRef[] {
  if (name !== 'top' && name !== 'bottom') return []
  return call.args.slice(1, -1).filter((argument) => argument.kind === 'varref')
}

function expectedField(call: Call): HyperbyteError {
  return new HyperbyteError('invalid', `expected field argument in ${call.name}()`)
}
