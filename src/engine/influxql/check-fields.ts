/**
 * The expressions of a SELECT, one after the other: which functions exist, what their arguments must be, and what is
 * gathered over all fields to judge their combination. The texts are those of influxd 1.6.7; functions that came with
 * 1.7 and 1.8 follow the rules and texts of their documentation and of 1.8's query compiler.
 */

import { HyperbyteError } from '../domain/errors.js'
import type { Expr } from './ast.js'
import { formatDuration } from './duration.js'
import { isLiteral } from './fold-math.js'
import { type ArgumentRule, functionInfo } from './function-table.js'
import { GO_TYPE_NAMES } from './go-type-names.js'
import { printExpr } from './print-expr.js'
import type { Call } from './walk-expr.js'

export interface FieldSurroundings {
  /** 0 without GROUP BY time. */
  readonly intervalNs: bigint
  /** The statement has an interval of its own, so transformations need an aggregate inside. */
  readonly isAggregateRequired: boolean
  readonly limit: number
  readonly hasTarget: boolean
}

export class FieldChecker {
  callCount = 0
  topOrBottom: string | null = null
  hasDistinct = false
  hasPlainFields = false
  hasOnlySelectors = true
  readonly #surroundings: FieldSurroundings

  constructor(surroundings: FieldSurroundings) {
    this.#surroundings = surroundings
  }

  /** One field, literals folded. */
  check(expr: Expr): void {
    this.#check(expr, { isWildcardAllowed: true })
  }

  #check(expr: Expr, context: Context): void {
    switch (expr.kind) {
      case 'varref':
        this.hasPlainFields = true
        return
      case 'wildcard':
        this.hasPlainFields = true
        if (!context.isWildcardAllowed) throw invalid('unable to use wildcard in a binary expression')
        return
      case 'regex':
        this.hasPlainFields = true
        if (!context.isWildcardAllowed) throw invalid('unable to use regex in a binary expression')
        return
      case 'call':
        this.#checkCall(expr, context)
        return
      case 'distinct':
        this.callCount++
        this.#checkDistinct([{ kind: 'varref', name: expr.name, type: null }], false)
        return
      case 'binary':
        this.#checkChain(expr, context)
        return
      case 'paren':
        this.#check(expr.expr, context)
        return
      default:
        throw invalid('field must contain at least one variable')
    }
  }

  /** A literal beside something else needs no check; two literals that did not fold do not go together. */
  #checkChain(chain: Extract<Expr, { kind: 'binary' }>, context: Context): void {
    context.isWildcardAllowed = false
    const operands: Expr[] = []
    let node: Expr = chain
    while (node.kind === 'binary') {
      const { lhs, rhs }: { lhs: Expr; rhs: Expr } = node
      if (isLiteral(lhs) && isLiteral(rhs)) throw invalid('cannot perform a binary expression on two literals')
      if (!isLiteral(rhs)) operands.push(rhs)
      node = lhs
    }
    if (!isLiteral(node)) operands.push(node)
    for (const operand of operands.reverse()) this.#check(operand, context)
  }

  #checkCall(call: Call, context: Context): void {
    const info = functionInfo(call.name)
    if (info === null) throw invalid(`undefined function ${call.name}()`)
    if (info.kind === 'math') {
      this.#checkMath(call, info.rule, context)
      return
    }
    this.callCount++
    this.#checkArguments(call, info.rule, context)
    if (info.kind !== 'selector') this.hasOnlySelectors = false
  }

  #checkMath(call: Call, rule: ArgumentRule, context: Context): void {
    expectCount(call, rule === 'math-2' ? 2 : 1)
    for (const argument of call.args) {
      if (!isLiteral(argument)) this.#check(argument, context)
    }
  }

  #checkArguments(call: Call, rule: ArgumentRule, context: Context): void {
    switch (rule) {
      case 'field':
        expectCount(call, 1)
        this.#checkFieldFunction(call, context)
        return
      case 'distinct':
        this.#checkDistinct(call.args, false)
        return
      case 'percentile':
        expectCount(call, 2)
        if (!isNumber(call.args[1])) throw invalid('expected float argument in percentile()')
        this.#checkSymbol(call, context)
        return
      case 'sample':
        expectCount(call, 2)
        checkSampleSize(call.args[1])
        this.#checkSymbol(call, context)
        return
      case 'top':
        this.#checkTop(call)
        return
      case 'integral':
        expectCountBetween(call, 1, 2)
        if (call.args.length === 2) checkUnit(call.args[1], () => 'second argument must be a duration')
        this.#checkSymbol(call, context)
        return
      case 'holt-winters':
        this.#checkHoltWinters(call, context)
        return
      case 'unit':
        expectCountBetween(call, 1, 2)
        if (call.args.length === 2) checkUnit(call.args[1], (unit) => notADuration(call, unit))
        this.#checkTransformed(call, context)
        return
      case 'difference':
        expectCount(call, 1)
        this.#checkTransformed(call, context)
        return
      case 'moving-average':
        expectCount(call, 2)
        checkWindow(call.args[1])
        this.#checkTransformed(call, context)
        return
      case 'smoothing':
        checkSmoothing(call)
        this.#checkTransformed(call, context)
        return
      case 'kaufman':
        checkKaufman(call)
        this.#checkTransformed(call, context)
        return
      case 'chande':
        checkChande(call)
        this.#checkTransformed(call, context)
        return
      case 'math-1':
      case 'math-2':
        this.#checkMath(call, rule, context)
        return
    }
  }

  #checkFieldFunction(call: Call, context: Context): void {
    const [argument] = call.args
    if (call.name === 'count' && argument.kind === 'call' && argument.name === 'distinct') {
      this.#checkDistinct(argument.args, true)
      return
    }
    if (call.name === 'count' && argument.kind === 'distinct') return
    this.#checkSymbol(call, context)
  }

  /** The first argument is a field, a wildcard or a regular expression. */
  #checkSymbol(call: Call, { isWildcardAllowed }: Context): void {
    const { kind } = call.args[0]
    if (kind === 'varref') return
    if (kind !== 'wildcard' && kind !== 'regex') throw invalid(`expected field argument in ${call.name}()`)
    if (!isWildcardAllowed) {
      const what = kind === 'wildcard' ? 'wildcard' : 'regex field'
      throw invalid(`unsupported expression with ${what}: ${call.name}()`)
    }
    this.hasOnlySelectors = false
  }

  #checkDistinct(args: readonly Expr[], isInsideCount: boolean): void {
    if (args.length === 0) throw invalid('distinct function requires at least one argument')
    if (args.length > 1) throw invalid('distinct function can only have one argument')
    if (args[0].kind !== 'varref') throw invalid('expected field argument in distinct()')
    if (!isInsideCount) this.hasDistinct = true
    this.hasOnlySelectors = false
  }

  #checkTop(call: Call): void {
    const { name, args } = call
    if (this.topOrBottom !== null) {
      throw invalid(`selector function ${this.topOrBottom}() cannot be combined with other functions`)
    }
    if (args.length < 2) {
      throw invalid(`invalid number of arguments for ${name}, expected at least 2, got ${args.length}`)
    }
    this.#checkTopLimit(name, args[args.length - 1])
    if (args[0].kind !== 'varref') {
      throw invalid(`expected first argument to be a field in ${name}(), found ${printExpr(args[0])}`)
    }
    for (const argument of args.slice(1, -1)) {
      if (argument.kind === 'varref') continue
      throw invalid(`only fields or tags are allowed in ${name}(), found ${printExpr(argument)}`)
    }
    // The further arguments become columns of their own, except in what is written INTO a measurement.
    if (args.length > 2 && !this.#surroundings.hasTarget) this.hasPlainFields = true
    this.topOrBottom = name
  }

  #checkTopLimit(name: string, count: Expr): void {
    if (count.kind !== 'integer') {
      throw invalid(`expected integer as last argument in ${name}(), found ${printExpr(count)}`)
    }
    const { limit } = this.#surroundings
    if (count.value <= 0n) throw invalid(`limit (${count.value}) in ${name} function must be at least 1`)
    if (limit > 0 && count.value > limit) {
      throw invalid(
        `limit (${count.value}) in ${name} function can not be larger than the LIMIT (${limit}) in the select statement`,
      )
    }
  }

  #checkHoltWinters(call: Call, context: Context): void {
    expectCount(call, 3)
    const { name, args } = call
    const count = integerOf(args[1], `expected integer argument as second arg in ${name}`)
    if (count <= 0n) throw invalid(`second arg to ${name} must be greater than 0, got ${count}`)
    const season = integerOf(args[2], `expected integer argument as third arg in ${name}`)
    if (season < 0n) throw invalid(`third arg to ${name} cannot be negative, got ${season}`)
    this.hasOnlySelectors = false
    if (args[0].kind !== 'call') throw invalid(`must use aggregate function with ${name}`)
    if (this.#surroundings.intervalNs === 0n) throw invalid(`${name} aggregate requires a GROUP BY interval`)
    this.#checkNested(args[0], context)
  }

  #checkNested(call: Call, context: Context): void {
    if (call.name === 'distinct') this.#checkDistinct(call.args, true)
    else this.#check(call, context)
  }

  /** A transformation works on a field, or on an aggregate per interval. */
  #checkTransformed(call: Call, context: Context): void {
    const { name, args } = call
    if (args[0].kind === 'call') {
      if (this.#surroundings.intervalNs === 0n) throw invalid(`${name} aggregate requires a GROUP BY interval`)
      this.#checkNested(args[0], context)
      return
    }
    if (this.#surroundings.isAggregateRequired) {
      throw invalid(`aggregate function required inside the call to ${name}`)
    }
    this.#checkSymbol(call, context)
  }
}

/** Of one field; operators around a wildcard forbid it for the rest of the field. */
interface Context {
  isWildcardAllowed: boolean
}

function isNumber(expr: Expr): boolean {
  return expr.kind === 'integer' || expr.kind === 'number'
}

function expectCount({ name, args }: Call, expected: number): void {
  if (args.length === expected) return
  throw invalid(`invalid number of arguments for ${name}, expected ${expected}, got ${args.length}`)
}

function expectCountBetween({ name, args }: Call, min: number, max: number): void {
  if (args.length >= min && args.length <= max) return
  throw invalid(
    `invalid number of arguments for ${name}, ` +
      `expected at least ${min} but no more than ${max}, got ${args.length}`,
  )
}

function integerOf(expr: Expr, message: string): bigint {
  if (expr.kind !== 'integer') throw invalid(message)
  return expr.value
}

function checkSampleSize(size: Expr): void {
  const count = integerOf(size, 'expected integer argument in sample()')
  if (count <= 0n) throw invalid(`sample window must be greater than 1, got ${count}`)
}

function checkUnit(unit: Expr, message: (unit: Expr) => string): void {
  if (unit.kind !== 'duration') throw invalid(message(unit))
  if (unit.ns <= 0n) throw invalid(`duration argument must be positive, got ${formatDuration(unit.ns)}`)
}

function notADuration({ name }: Call, unit: Expr): string {
  return `second argument to ${name} must be a duration, got ${GO_TYPE_NAMES[unit.kind]}`
}

function checkWindow(window: Expr): void {
  const count = integerOf(
    window,
    `second argument for moving_average must be an integer, got ${GO_TYPE_NAMES[window.kind]}`,
  )
  if (count <= 1n) throw invalid(`moving_average window must be greater than 1, got ${count}`)
}

function checkSmoothing(call: Call): void {
  expectCountBetween(call, 2, 4)
  checkPeriod(call)
  checkHoldPeriod(call, call.name === 'triple_exponential_derivative' ? 1n : 0n)
  checkWarmup(call, ['exponential', 'simple'])
}

function checkKaufman(call: Call): void {
  expectCountBetween(call, 2, 3)
  checkPeriod(call)
  checkHoldPeriod(call, 0n)
}

function checkChande(call: Call): void {
  expectCountBetween(call, 2, 4)
  checkPeriod(call)
  checkHoldPeriod(call, 0n)
  checkWarmup(call, ['none', 'exponential', 'simple'])
}

function checkPeriod({ name, args }: Call): void {
  const period = integerOf(args[1], `${name} period must be an integer`)
  if (period < 1n) throw invalid(`${name} period must be greater than or equal to 1`)
}

/** -1 stands for the default. */
function checkHoldPeriod({ name, args }: Call, min: bigint): void {
  if (args.length < 3) return
  const period = integerOf(args[2], `${name} hold period must be an integer`)
  if (period < min && period !== -1n) {
    throw invalid(`${name} hold period must be greater than or equal to ${min}`)
  }
}

function checkWarmup({ name, args }: Call, types: readonly string[]): void {
  if (args.length < 4) return
  const [, , , warmup] = args
  if (warmup.kind !== 'string') throw invalid(`${name} warmup type must be a string`)
  if (types.includes(warmup.value)) return
  throw invalid(`${name} warmup type must be one of: ${types.map((type) => `'${type}'`).join(' ')}`)
}

function invalid(message: string): HyperbyteError {
  return new HyperbyteError('invalid', message)
}
