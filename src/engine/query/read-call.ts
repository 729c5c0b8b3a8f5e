/**
 * A call as written → what is reduced or transformed: `derivative(mean(usage), 1s)` is a transformation of a reduction of
 * a field. The parser's static check has seen to numbers and kinds of arguments.
 */

import { HyperbyteError } from '../domain/errors.js'
import type { Expr } from '../influxql/ast.js'
import type { Call, VarRef } from '../influxql/walk-expr.js'
import type { ReduceFunction } from './operators/reducers/bucket-reducer.js'
import type { TransformFunction, TransformSpec } from './operators/transform.js'

export interface ReadCall {
  /** null = the field's own points. */
  readonly reduce: ReadReduce | null
  readonly transform: TransformSpec | null
  readonly field: VarRef
}

export interface ReadReduce {
  readonly function: ReduceFunction
  /** N of percentile, top, bottom and sample; 0 otherwise. */
  readonly argument: number
  /** Tags between the field and N of top and bottom. */
  readonly distinctBy: readonly VarRef[]
}

const REDUCE_FUNCTIONS: ReadonlySet<string> = new Set<ReduceFunction>([
  'count',
  'sum',
  'mean',
  'min',
  'max',
  'first',
  'last',
  'spread',
  'stddev',
  'median',
  'mode',
  'percentile',
  'distinct',
  'top',
  'bottom',
  'sample',
])

const SECOND_NS = 1_000_000_000n

/** Unit of each transformation that is written without one; null = the GROUP BY interval, else a second. */
const TRANSFORM_UNITS: Readonly<Record<TransformFunction, bigint | null>> = {
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
  if (!isTransform(call.name)) return { ...readReduce(call), transform: null }
  const [input, parameter] = call.args
  const transform: TransformSpec = {
    function: call.name,
    unitNs: parameter?.kind === 'duration' ? parameter.ns : (TRANSFORM_UNITS[call.name] ?? intervalNs ?? SECOND_NS),
    size: parameter?.kind === 'integer' ? Number(parameter.value) : 1,
  }
  if (input?.kind === 'varref') return { reduce: null, transform, field: input }
  if (input?.kind === 'call') return { ...readReduce(input), transform }
  throw expectedField(call)
}

/** Whether the transformation needs the bucket before the first. integral and cumulative_sum start afresh. */
export function looksBack(name: TransformFunction): boolean {
  return name !== 'cumulative_sum' && name !== 'integral'
}

function isTransform(name: string): name is TransformFunction {
  return Object.hasOwn(TRANSFORM_UNITS, name)
}

function readReduce(call: Call): { readonly reduce: ReadReduce; readonly field: VarRef } {
  if (!REDUCE_FUNCTIONS.has(call.name)) throw notImplemented(call.name)
  const name = call.name as ReduceFunction
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

function notImplemented(name: string): HyperbyteError {
  return new HyperbyteError('unsupported', `${name}() is not implemented yet`)
}
