/**
 * SELECT's expressions → what rows must carry, which calls to compute, and an expression over their results for each
 * column. Names and calls that occur several times are read and computed once.
 */

import type { ColumnType } from '../domain/column.js'
import { HyperbyteError } from '../domain/errors.js'
import type { Expr, FillMode, SelectField } from '../influxql/ast.js'
import { printExpr } from '../influxql/print-expr.js'
import { type Call, rewriteExpr } from '../influxql/walk-expr.js'
import type { ColumnKinds } from './column-kinds.js'
import { columnNames } from './column-names.js'
import type { ArithmeticOperator, PlanExpr } from './operators/evaluate.js'
import { acceptsType, type ReduceFunction, reducedType } from './operators/reduce.js'
import type { PlanCall, PlanColumn, PlanRef } from './select-plan.js'

export interface CompiledFields {
  readonly refs: readonly PlanRef[]
  readonly calls: readonly PlanCall[]
  /** Indexes into `refs`. */
  readonly auxiliary: readonly number[]
  readonly isLoneSelector: boolean
  /** Functions are called, but none on a field that exists: there is no answer. */
  readonly isWithoutArguments: boolean
  readonly columns: readonly PlanColumn[]
}

/** `fields` without wildcards. Throws `invalid` for types that do not go together. */
export function compileFields(fields: readonly SelectField[], kinds: ColumnKinds, fill: FillMode): CompiledFields {
  const names = columnNames(fields)
  const compiler = new FieldCompiler(kinds, fill)
  const exprs = fields.map(({ expr }) => compiler.compile(expr))
  return compiler.finish(exprs.map((expr, i) => ({ name: names[i], expr })))
}

const SELECTORS: ReadonlySet<ReduceFunction> = new Set(['min', 'max', 'first', 'last', 'percentile'])

/** Names by which a statement calls the reducers. */
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
])

class FieldCompiler {
  readonly #kinds: ColumnKinds
  readonly #fill: FillMode
  readonly #unknown: PlanExpr
  readonly #refs: PlanRef[] = []
  readonly #refIndexes = new Map<string, number>()
  readonly #auxiliary: number[] = []
  readonly #calls: PlanCall[] = []
  readonly #callIndexes = new Map<string, number>()
  /** Calls of the statement, those whose argument does not exist included. */
  readonly #callTexts = new Set<string>()

  constructor(kinds: ColumnKinds, fill: FillMode) {
    this.#kinds = kinds
    this.#fill = fill
    this.#unknown = unknownValue(fill)
  }

  compile(expr: Expr): PlanExpr {
    switch (expr.kind) {
      case 'paren':
        return this.compile(expr.expr)
      case 'varref':
        return this.#compileRef(expr.name, this.#kinds.resolve(expr.name, expr.type))
      case 'distinct':
        return this.#compileCall({ kind: 'call', name: 'distinct', args: [varRef(expr.name)] })
      case 'call':
        return this.#compileCall(expr)
      case 'binary':
        return this.#compileChain(expr)
      case 'number':
        return { kind: 'literal', value: expr.value, type: 'float' }
      case 'integer':
        return { kind: 'literal', value: expr.value, type: 'integer' }
      case 'unsigned':
        return { kind: 'literal', value: expr.value, type: 'unsigned' }
      case 'string':
        return { kind: 'literal', value: expr.value, type: 'string' }
      case 'boolean':
        return { kind: 'literal', value: expr.value ? 1 : 0, type: 'boolean' }
      case 'duration':
        return { kind: 'missing', type: 'integer' }
      default:
        throw new HyperbyteError('invalid', `invalid expression in SELECT clause: ${printExpr(expr)}`)
    }
  }

  /** The calls come before the auxiliary refs among the columns that expressions see. */
  finish(columns: readonly PlanColumn[]): CompiledFields {
    const calls = this.#calls
    const isLoneSelector = this.#callTexts.size === 1 && calls.length === 1 && SELECTORS.has(calls[0].function)
    const hasCalls = this.#callTexts.size > 0
    const place = (ref: number): number => (hasCalls ? calls.length + this.#auxiliary.indexOf(ref) : ref)
    return {
      refs: this.#refs,
      calls,
      auxiliary: hasCalls ? this.#auxiliary : [],
      isLoneSelector,
      isWithoutArguments: hasCalls && calls.length === 0,
      columns: columns.map(({ name, expr }) => ({ name, expr: placeRefs(expr, place) })),
    }
  }

  #compileRef(name: string, ref: PlanRef | null): PlanExpr {
    if (ref === null) return this.#unknown
    const index = this.#addRef(name, ref)
    if (!this.#auxiliary.includes(index)) this.#auxiliary.push(index)
    return { kind: 'ref', index, type: ref.kind === 'field' ? ref.type : 'string' }
  }

  #addRef(name: string, ref: PlanRef): number {
    const key = ref.kind === 'field' ? `${ref.type} ${name}` : `tag ${name}`
    const known = this.#refIndexes.get(key)
    if (known !== undefined) return known
    this.#refIndexes.set(key, this.#refs.length)
    this.#refs.push(ref)
    return this.#refs.length - 1
  }

  #compileCall(call: Call): PlanExpr {
    const text = printExpr(call)
    this.#callTexts.add(text)
    const known = this.#callIndexes.get(text)
    if (known !== undefined) return { kind: 'column', index: known, type: this.#calls[known].type }
    const [name, argument] = reduceArgument(call)
    if (argument === undefined) throw notImplemented(call.name)
    const ref = this.#kinds.resolve(argument.name, argument.type)
    if (ref === null) return isTypedByArgument(name) ? MISSING : this.#unknown
    if (ref.kind === 'tag') return this.#unknown
    if (!acceptsType(name, ref.type)) {
      throw new HyperbyteError('invalid', `unsupported ${name} iterator type: *query.${ref.type}InterruptIterator`)
    }
    const type = reducedType(name, ref.type)
    const index = this.#calls.length
    this.#callIndexes.set(text, index)
    this.#calls.push({
      function: name,
      ref: this.#addRef(argument.name, ref),
      argument: name === 'percentile' ? percentileOf(call) : 0,
      type,
      fill: callFill(name, this.#fill),
    })
    return { kind: 'column', index, type }
  }

  /** Left-deep chains are compiled in a loop, innermost operation first. */
  #compileChain(expr: Expr): PlanExpr {
    const chain: Extract<Expr, { kind: 'binary' }>[] = []
    let node = expr
    while (node.kind === 'binary') {
      chain.push(node)
      node = node.lhs
    }
    let lhs = this.compile(node)
    for (const binary of chain.reverse()) {
      const rhs = this.compile(binary.rhs)
      if (isUnsignedBesideInteger(lhs, rhs))
        throw this.#typeError(binary, `cannot use ${binary.op} with an integer and unsigned literal`)
      const type = resultType(binary.op as ArithmeticOperator, lhs.type, rhs.type)
      if (lhs.kind === 'missing' || rhs.kind === 'missing') {
        lhs = { kind: 'missing', type: lhs.kind === 'missing' ? rhs.type : lhs.type }
      } else if (type === null) {
        throw this.#typeError(binary, `incompatible types: ${this.#typeName(lhs)} and ${this.#typeName(rhs)}`)
      } else {
        lhs = { kind: 'binary', op: binary.op as ArithmeticOperator, lhs, rhs, type }
      }
    }
    return lhs
  }

  #typeError(expr: Expr, reason: string): HyperbyteError {
    const typed = rewriteExpr(expr, (node) => {
      if (node.kind !== 'varref') return node
      const ref = this.#kinds.resolve(node.name, node.type)
      return ref === null ? node : { ...node, type: ref.kind === 'field' ? ref.type : 'tag' }
    })
    return new HyperbyteError('invalid', `type error: ${printExpr(typed)}: ${reason}`)
  }

  #typeName(expr: PlanExpr): string {
    return expr.kind === 'ref' && this.#refs[expr.index].kind === 'tag' ? 'tag' : expr.type
  }
}

const MISSING: PlanExpr = { kind: 'missing', type: 'float' }

/** Such a function of a name that is neither field nor tag has no type, and no number to fill in. */
function isTypedByArgument(name: ReduceFunction): boolean {
  return reducedType(name, 'string') === 'string'
}

/** What has no value in any row is what fill() puts in place of values. */
function unknownValue(fill: FillMode): PlanExpr {
  if (fill.kind !== 'number') return MISSING
  return { kind: 'literal', value: fill.value, type: typeof fill.value === 'bigint' ? 'integer' : 'float' }
}

/** An empty bucket has a count of 0 where others have null; several points in a bucket leave nothing to fill. */
function callFill(name: ReduceFunction, fill: FillMode): FillMode {
  if (name === 'distinct') return { kind: 'none' }
  const isCount = name === 'count' || name === 'count-distinct'
  return isCount && fill.kind === 'null' ? { kind: 'number', value: 0n } : fill
}

function varRef(name: string): Extract<Expr, { kind: 'varref' }> {
  return { kind: 'varref', name, type: null }
}

/** The reducer and its varref; `count(distinct f)` is one reducer. */
function reduceArgument(call: Call): readonly [ReduceFunction, Extract<Expr, { kind: 'varref' }> | undefined] {
  if (!REDUCE_FUNCTIONS.has(call.name)) throw notImplemented(call.name)
  const name = call.name as ReduceFunction
  const [argument] = call.args
  if (argument?.kind === 'varref') return [name, argument]
  if (name !== 'count') return [name, undefined]
  if (argument?.kind === 'distinct') return ['count-distinct', varRef(argument.name)]
  if (argument?.kind !== 'call' || argument.name !== 'distinct') return [name, undefined]
  const [inner] = argument.args
  return ['count-distinct', inner?.kind === 'varref' ? inner : undefined]
}

function notImplemented(name: string): HyperbyteError {
  return new HyperbyteError('unsupported', `${name}() is not implemented yet`)
}

function percentileOf(call: Call): number {
  const argument = call.args[1]
  if (argument?.kind === 'number') return argument.value
  if (argument?.kind === 'integer') return Number(argument.value)
  throw new HyperbyteError('invalid', 'expected float argument in percentile()')
}

const IS_BITWISE: Record<ArithmeticOperator, boolean> = {
  '+': false,
  '-': false,
  '*': false,
  '/': false,
  '%': false,
  '&': true,
  '|': true,
  '^': true,
}

/** A literal above 2^63 - 1 is unsigned. */
function isUnsignedBesideInteger(lhs: PlanExpr, rhs: PlanExpr): boolean {
  const isLiteral = (expr: PlanExpr): boolean => expr.kind === 'literal' && expr.type === 'unsigned'
  return (isLiteral(lhs) && rhs.type === 'integer') || (lhs.type === 'integer' && isLiteral(rhs))
}

/** null = the types do not go together. */
function resultType(op: ArithmeticOperator, lhs: ColumnType, rhs: ColumnType): ColumnType | null {
  if (lhs === 'boolean' || rhs === 'boolean') return lhs === rhs && IS_BITWISE[op] ? 'boolean' : null
  if (!isNumber(lhs) || !isNumber(rhs)) return null
  if (lhs === 'float' || rhs === 'float') return IS_BITWISE[op] ? null : 'float'
  if (op === '/') return 'float'
  return lhs === 'unsigned' || rhs === 'unsigned' ? 'unsigned' : 'integer'
}

function isNumber(type: ColumnType): boolean {
  return type === 'float' || type === 'integer' || type === 'unsigned'
}

function placeRefs(expr: PlanExpr, place: (ref: number) => number): PlanExpr {
  switch (expr.kind) {
    case 'ref':
      return { kind: 'column', index: place(expr.index), type: expr.type }
    case 'binary':
      return { ...expr, lhs: placeRefs(expr.lhs, place), rhs: placeRefs(expr.rhs, place) }
    default:
      return expr
  }
}
