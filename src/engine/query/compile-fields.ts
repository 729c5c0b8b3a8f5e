/**
 * SELECT's expressions → what rows must carry, which calls to compute, and an expression over their results for each
 * column. Names and calls that occur several times are read and computed once.
 */

import type { ColumnType } from '../domain/column.js'
import { HyperbyteError } from '../domain/errors.js'
import type { Expr, FillMode, SelectField } from '../influxql/ast.js'
import { printExpr } from '../influxql/print-expr.js'
import { type Call, rewriteExpr, type VarRef } from '../influxql/walk-expr.js'
import type { ColumnKinds } from './column-kinds.js'
import { columnNames, exprName } from './column-names.js'
import type { ArithmeticOperator, PlanExpr } from './operators/evaluate.js'
import { isMathFunction, type MathFunction, mathType } from './operators/math-functions.js'
import { acceptsType, reducedType } from './operators/reduce.js'
import type { ReduceFunction } from './operators/reducers/bucket-reducer.js'
import { type TransformFunction, transformedType } from './operators/transform.js'
import { lookBackMax, lookBackOf, type ReadCall, type ReadReduce, readCall } from './read-call.js'
import type { CallInput, PlanCall, PlanColumn, PlanRef, SelectFault } from './select-plan.js'
import { type StaticType, staticTypeOf, typeError } from './static-types.js'

type FieldRef = Extract<PlanRef, { kind: 'field' }>

export interface CompiledFields {
  readonly refs: readonly PlanRef[]
  readonly calls: readonly PlanCall[]
  /** Indexes into `refs`. */
  readonly auxiliary: readonly number[]
  readonly isLoneSelector: boolean
  /** Functions are called, but none on a field that exists: there is no answer. */
  readonly isWithoutArguments: boolean
  readonly columns: readonly PlanColumn[]
  /** A function does not take the type of its argument. */
  readonly fault: SelectFault | null
}

export interface CompileOptions {
  /** A column of a subquery whose types do not go together is only without values. */
  readonly isSubquery: boolean
  readonly fill: FillMode
  /** Length of a GROUP BY time bucket, or null. */
  readonly intervalNs: bigint | null
}

/** `fields` without wildcards. Throws `invalid` for types that do not go together. */
export function compileFields(
  fields: readonly SelectField[],
  kinds: ColumnKinds,
  options: CompileOptions,
): CompiledFields {
  const shown: readonly ShownField[] = fields.flatMap(withRankedTags)
  const names = columnNames(shown)
  const compiler = new FieldCompiler(kinds, options)
  const bracketed = shown.map(({ expr }) => rewriteExpr(expr, withBrackets))
  const types = shown.map(({ expr }, i) => typeOfColumn(options.isSubquery ? expr : bracketed[i], kinds, options))
  return compiler.finish(
    shown.map(({ alias, expr, isRankedTag }, i) => {
      const compiled = types[i] === null ? MISSING : compiler.compile(expr)
      const isHidden = options.isSubquery && bracketed[i] !== expr
      return {
        name: names[i],
        plainName: alias || exprName(expr),
        isRankedTag,
        expr: isHidden ? MISSING : compiled,
        staticType: types[i] ?? 'unknown',
      }
    }),
  )
}

/** null = its types do not go together. */
function typeOfColumn(expr: Expr, kinds: ColumnKinds, { isSubquery }: CompileOptions): StaticType | null {
  try {
    return staticTypeOf(expr, kinds)
  } catch (error) {
    if (isSubquery && error instanceof HyperbyteError) return null
    throw error
  }
}

/** `DISTINCT x` is `distinct(x)`; a select around it sees the type of such a column, but no value (influxd 1.6.7). */
function withBrackets(expr: Expr): Expr {
  return expr.kind === 'distinct' ? { kind: 'call', name: 'distinct', args: [varRef(expr.name)] } : expr
}

interface ShownField extends SelectField {
  readonly isRankedTag: boolean
}

/** `top(usage, host, 3)` has a second column, `host`. */
function withRankedTags(field: SelectField): ShownField[] {
  const { expr } = field
  const shown = { ...field, isRankedTag: false }
  if (expr.kind !== 'call' || (expr.name !== 'top' && expr.name !== 'bottom')) return [shown]
  const tags = expr.args.slice(1, -1).filter((argument) => argument.kind === 'varref')
  return [shown, ...tags.map((tag) => ({ expr: tag, alias: '', isRankedTag: true }))]
}

const SELECTORS: ReadonlySet<ReduceFunction> = new Set([
  'min',
  'max',
  'first',
  'last',
  'percentile',
  'top',
  'bottom',
  'sample',
])

class FieldCompiler {
  readonly #kinds: ColumnKinds
  readonly #options: CompileOptions
  readonly #unknown: PlanExpr
  readonly #refs: PlanRef[] = []
  readonly #refIndexes = new Map<string, number>()
  readonly #auxiliary: number[] = []
  readonly #calls: PlanCall[] = []
  /** As written, one for each of `#calls`. */
  readonly #reads: ReadCall[] = []
  readonly #callIndexes = new Map<string, number>()
  /** Calls of the statement, those whose argument does not exist included. */
  readonly #callTexts = new Set<string>()
  #fault: SelectFault | null = null

  constructor(kinds: ColumnKinds, options: CompileOptions) {
    this.#kinds = kinds
    this.#options = options
    this.#unknown = unknownValue(options.fill)
  }

  compile(expr: Expr): PlanExpr {
    switch (expr.kind) {
      case 'paren':
        return this.compile(expr.expr)
      case 'varref':
        return this.#compileRef(expr.name, this.#kinds.resolveValue(expr.name, expr.type))
      case 'distinct':
        return this.compile(withBrackets(expr))
      case 'call':
        return isMathFunction(expr.name) ? this.#compileMath(expr.name, expr) : this.#compileCall(expr)
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
    const calls = this.#lookingBack()
    const isLoneSelector = this.#callTexts.size === 1 && calls.length === 1 && isSelector(calls[0])
    const hasCalls = this.#callTexts.size > 0
    const place = (ref: number): number => (hasCalls ? calls.length + this.#auxiliary.indexOf(ref) : ref)
    return {
      refs: this.#refs,
      calls,
      auxiliary: hasCalls ? this.#auxiliary : [],
      isLoneSelector,
      isWithoutArguments: hasCalls && calls.length === 0,
      columns: columns.map((column) => ({ ...column, expr: placeRefs(column.expr, place) })),
      fault: this.#fault,
    }
  }

  #lookingBack(): readonly PlanCall[] {
    if (this.#options.intervalNs === null) return this.#calls
    const max = lookBackMax(this.#reads)
    return this.#calls.map((call, i) => {
      const fillLookBack = lookBackOf(this.#reads[i])
      return { ...call, lookBack: Math.min(fillLookBack, max), fillLookBack }
    })
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
    const read = readCall(call, this.#options.intervalNs)
    const { reduce, transforms, field } = read
    const ref = this.#kinds.resolveArgument(field.name, field.type)
    if (ref === null) {
      const type = typeOfUnknown(read)
      return type === 'string' && field.type === null ? MISSING : unknownValue(this.#options.fill, type)
    }
    if (ref.kind === 'tag') return unknownValue(this.#options.fill, typeOfUnknown(read))
    if (reduce !== null && !acceptsType(reduce.function, ref.type))
      return this.#unsupported(reduce.function, ref.type, ref)
    let type: ColumnType = reduce === null ? ref.type : reducedType(reduce.function, ref.type)
    for (const { function: name } of transforms) {
      if (!isTransformable(name, type)) return this.#unsupported(iteratorName(name), type, ref)
      type = transformedType(name, type)
    }
    const index = this.#calls.length
    this.#callIndexes.set(text, index)
    this.#reads.push(read)
    this.#calls.push({ input: this.#inputOf(field.name, ref, reduce), transforms, lookBack: 0, fillLookBack: 0, type })
    return { kind: 'column', index, type }
  }

  #unsupported(name: string, type: ColumnType, field: FieldRef): PlanExpr {
    const text = `unsupported ${name} iterator type: *query.${type}InterruptIterator`
    this.#fault ??= { error: new HyperbyteError('invalid', text), field: field.name }
    return MISSING
  }

  #inputOf(name: string, ref: FieldRef, reduce: ReadReduce | null): CallInput {
    const index = this.#addRef(name, ref)
    if (reduce === null) return { kind: 'points', ref: index, inputType: ref.type }
    return {
      kind: 'reduce',
      function: reduce.function,
      ref: index,
      inputType: ref.type,
      argument: reduce.argument,
      distinctBy: reduce.distinctBy.length === 0 ? null : this.#tagRefs(reduce.distinctBy),
      fill: callFill(reduce.function, this.#options.fill),
    }
  }

  /** A tag counts though a field of its name is shown; fields and unknown names tell no points apart (influxd 1.6.7). */
  #tagRefs(names: readonly VarRef[]): readonly number[] {
    return names.flatMap(({ name, type }) => {
      const ref = this.#kinds.resolve(name, type ?? 'tag')
      return ref?.kind === 'tag' ? [this.#addRef(name, ref)] : []
    })
  }

  #compileMath(name: MathFunction, call: Call): PlanExpr {
    const args = call.args.map((argument) => this.compile(argument))
    const type = mathType(
      name,
      args.map((argument) => argument.type),
    )
    if (type === null || args.some(({ kind }) => kind === 'missing')) return { kind: 'missing', type: 'float' }
    return { kind: 'math', function: name, args, type }
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
        throw typeError(binary, `cannot use ${binary.op} with an integer and unsigned literal`, this.#kinds)
      lhs = this.#operation(binary, lhs, rhs)
    }
    return lhs
  }

  #operation(binary: Extract<Expr, { kind: 'binary' }>, lhs: PlanExpr, rhs: PlanExpr): PlanExpr {
    const op = binary.op as ArithmeticOperator
    if (isBooleanBits(op, lhs, rhs)) {
      const operand = isNoBoolean(rhs) ? rhs : asBoolean(rhs)
      return { kind: 'binary', op, lhs: asBoolean(lhs), rhs: operand, type: 'boolean' }
    }
    if (lhs.kind === 'missing' || rhs.kind === 'missing') {
      return { kind: 'missing', type: lhs.kind === 'missing' ? rhs.type : lhs.type }
    }
    const type = resultType(op, lhs.type, rhs.type)
    // Their static types do go together: `i ^ cos(i)`.
    if (type === null) return { kind: 'missing', type: lhs.type }
    return { kind: 'binary', op, lhs, rhs, type }
  }
}

const MISSING: PlanExpr = { kind: 'missing', type: 'float' }

/**
 * Of a function of what is no field. `string`: it would have the argument's type, so that of a name that is no tag
 * either has none, and no number to fill in.
 */
function typeOfUnknown({ reduce, transforms }: ReadCall): ColumnType {
  const inputType: ColumnType = reduce === null ? 'string' : reducedType(reduce.function, 'string')
  return transforms.reduce((type, { function: name }) => transformedType(name, type), inputType)
}

/** What has no value in any row is what fill() puts in place of values; among integers without its fraction. */
function unknownValue(fill: FillMode, type: ColumnType = 'float'): PlanExpr {
  if (fill.kind !== 'number') return MISSING
  const { value } = fill
  if (typeof value === 'bigint') return { kind: 'literal', value, type: 'integer' }
  return type === 'integer'
    ? { kind: 'literal', value: BigInt(Math.trunc(value)), type }
    : { kind: 'literal', value, type: 'float' }
}

const LEAVES_NOTHING_TO_FILL: ReadonlySet<ReduceFunction> = new Set(['distinct', 'top', 'bottom', 'sample'])

/** An empty bucket has a count of 0 where others have null; several points in a bucket leave nothing to fill. */
function callFill(name: ReduceFunction, fill: FillMode): FillMode {
  if (LEAVES_NOTHING_TO_FILL.has(name)) return { kind: 'none' }
  const isCount = name === 'count' || name === 'count-distinct'
  return isCount && fill.kind === 'null' ? { kind: 'number', value: 0n } : fill
}

function isSelector({ input, transforms }: PlanCall): boolean {
  return transforms.length === 0 && input.kind === 'reduce' && SELECTORS.has(input.function)
}

function isTransformable(name: TransformFunction, type: ColumnType): boolean {
  return name === 'elapsed' || isNumber(type)
}

/** As influxd calls it: `derivative` for `non_negative_derivative`, `moving average`, `elapsed` for a forecast. */
function iteratorName(name: TransformFunction): string {
  if (name === 'holt_winters' || name === 'holt_winters_with_fit') return 'elapsed'
  return name.replace('non_negative_', '').replaceAll('_', ' ')
}

function varRef(name: string): Extract<Expr, { kind: 'varref' }> {
  return { kind: 'varref', name, type: null }
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
  if (!isNumber(lhs) || !isNumber(rhs)) return null
  if (lhs === 'float' || rhs === 'float') return IS_BITWISE[op] ? null : 'float'
  if (op === '/') return 'float'
  return lhs === 'unsigned' || rhs === 'unsigned' ? 'unsigned' : 'integer'
}

/** A boolean's bits beside anything, or after a name that does not exist. */
function isBooleanBits(op: ArithmeticOperator, lhs: PlanExpr, rhs: PlanExpr): boolean {
  if (!IS_BITWISE[op]) return false
  return isBoolean(lhs) || (lhs.kind === 'missing' && isBoolean(rhs))
}

function isBoolean({ kind, type }: PlanExpr): boolean {
  return kind !== 'missing' && type === 'boolean'
}

/** Of another type: beside its values the result is false, whatever the operator (influxd 1.6.7). */
function isNoBoolean({ kind, type }: PlanExpr): boolean {
  return kind !== 'missing' && type !== 'boolean'
}

function asBoolean(expr: PlanExpr): PlanExpr {
  return isBoolean(expr) ? expr : { kind: 'missing', type: 'boolean' }
}

function isNumber(type: ColumnType): boolean {
  return type === 'float' || type === 'integer' || type === 'unsigned'
}

function placeRefs(expr: PlanExpr, place: (ref: number) => number): PlanExpr {
  switch (expr.kind) {
    case 'ref':
      return { kind: 'column', index: place(expr.index), type: expr.type }
    case 'math':
      return { ...expr, args: expr.args.map((argument) => placeRefs(argument, place)) }
    case 'binary':
      return { ...expr, lhs: placeRefs(expr.lhs, place), rhs: placeRefs(expr.rhs, place) }
    default:
      return expr
  }
}
