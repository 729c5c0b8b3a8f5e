import { describe, expect, it } from 'vitest'
import type { BinaryOperator, Expr, SelectStatement, Statement } from '../../../src/engine/influxql/ast.js'
import { parseExpr, parseStatement } from '../../../src/engine/influxql/parse-query.js'
import { printExpr } from '../../../src/engine/influxql/print-expr.js'
import { printStatement } from '../../../src/engine/influxql/print-statement.js'
import { precedenceOf } from '../../../src/engine/influxql/token.js'
import { fc } from '../../support/fixed-random.js'

const name = fc.oneof(
  fc.constantFrom('cpu', 'time', 'a b', 'select', 'é😀', '"', '\\', 'a.b', '1x', '_', 'a\nb', "o'c", '-- x', '/'),
  fc.string({ minLength: 1, unit: fc.constantFrom('a', 'Z', '0', '_', '.', ' ', '"', "'", '\\', '\n', 'ü') }),
)
const text = fc.string({ unit: fc.constantFrom('a', "'", '"', '\\', '\n', ' ', '/', '$', '😀') })
const regex = fc.constantFrom('a', '^a/b$', '\\d+', '[a-z]', '(a|b)', 'a\\.b')
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
const duration = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n })
const count = fc.constantFrom(0, 1, 10, 100_000)

const leaf: fc.Arbitrary<Expr> = fc.oneof(
  fc.record({
    kind: fc.constant('varref' as const),
    name,
    type: fc.constantFrom(null, null, 'float' as const, 'tag' as const, 'field' as const, 'unsigned' as const),
  }),
  fc.record({ kind: fc.constant('integer' as const), value: int64 }),
  fc.record({ kind: fc.constant('unsigned' as const), value: fc.bigInt({ min: 2n ** 63n, max: 2n ** 64n - 1n }) }),
  fc.record({ kind: fc.constant('number' as const), value: fc.double({ noNaN: true, noDefaultInfinity: true }) }),
  fc.record({ kind: fc.constant('string' as const), value: text }),
  fc.record({ kind: fc.constant('boolean' as const), value: fc.boolean() }),
  fc.record({ kind: fc.constant('duration' as const), ns: duration }),
  fc.record({ kind: fc.constant('wildcard' as const), type: fc.constantFrom(null, 'field' as const, 'tag' as const) }),
  fc.record({ kind: fc.constant('distinct' as const), name }),
)

const ARITHMETIC: readonly BinaryOperator[] = ['+', '-', '*', '/', '%', '&', '|', '^']
const CONDITIONAL: readonly BinaryOperator[] = ['=', '!=', '<', '<=', '>', '>=', 'AND', 'OR']

/** A tree as the parser would build it: what binds too loosely to stand bare gets parentheses. */
function joined(op: BinaryOperator, lhs: Expr, rhs: Expr): Expr {
  const precedence = precedenceOf(op)
  return { kind: 'binary', op, lhs: wrapped(lhs, precedence), rhs: wrapped(rhs, precedence + 1) }
}

function wrapped(expr: Expr, precedenceMin: number): Expr {
  return expr.kind === 'binary' && precedenceOf(expr.op) < precedenceMin ? { kind: 'paren', expr } : expr
}

function exprOf(operators: readonly BinaryOperator[]): fc.Arbitrary<Expr> {
  return fc.letrec<{ expr: Expr }>((tie) => ({
    expr: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc.tuple(fc.constantFrom(...operators), tie('expr'), tie('expr')).map(([op, lhs, rhs]) => joined(op, lhs, rhs)),
      tie('expr').map((expr): Expr => ({ kind: 'paren', expr })),
      fc
        .tuple(
          fc.constantFrom('mean', 'top', 'now', 'a b'),
          fc.array(
            fc.oneof(
              tie('expr'),
              regex.map((source): Expr => ({ kind: 'regex', source })),
            ),
            { maxLength: 3 },
          ),
        )
        .map(([called, args]): Expr => ({ kind: 'call', name: called, args })),
    ),
  })).expr
}

const value = exprOf(ARITHMETIC)
const condition = fc.oneof(
  exprOf([...ARITHMETIC, ...CONDITIONAL]),
  fc.tuple(name, fc.constantFrom('=~' as const, '!~' as const), regex).map(
    ([key, op, source]): Expr => ({
      kind: 'binary',
      op,
      lhs: { kind: 'varref', name: key, type: null },
      rhs: { kind: 'regex', source },
    }),
  ),
)

const measurement = fc
  .record({ database: fc.option(name, { nil: '' }), retentionPolicy: fc.option(name, { nil: '' }), name })
  .map((parts) => ({ kind: 'measurement' as const, ...parts, regex: null }))
const regexMeasurement = fc
  .record({ database: fc.option(name, { nil: '' }), retentionPolicy: name, regex })
  .map((parts) => ({ kind: 'measurement' as const, name: '', ...parts }))

const select: fc.Arbitrary<SelectStatement> = fc.letrec<{ select: SelectStatement }>((tie) => ({
  select: fc.record({
    kind: fc.constant('select' as const),
    fields: fc.array(fc.record({ expr: value, alias: fc.option(name, { nil: '' }) }), { minLength: 1, maxLength: 3 }),
    target: fc.constant(null),
    sources: fc.array(
      fc.oneof(
        { maxDepth: 2 },
        measurement,
        regexMeasurement,
        tie('select').map((statement) => ({ kind: 'subquery' as const, statement })),
      ),
      { minLength: 1, maxLength: 2 },
    ),
    condition: fc.option(condition),
    dimensions: fc.array(
      fc.oneof(
        leaf,
        regex.map((source): Expr => ({ kind: 'regex', source })),
      ),
      { maxLength: 3 },
    ),
    fill: fc.option(
      fc.oneof(
        fc.constantFrom({ kind: 'none' as const }, { kind: 'previous' as const }, { kind: 'linear' as const }),
        fc.record({
          kind: fc.constant('number' as const),
          // A whole float prints as InfluxDB prints it, which is an integer.
          value: fc.oneof(int64, fc.constantFrom(0.5, -1.25, 1e-9)),
        }),
      ),
    ),
    sortFields: fc.constantFrom(
      [],
      [{ name: 'time', isAscending: false }],
      [{ name: 'time', isAscending: true }],
      [{ name: '', isAscending: false }],
    ),
    limit: count,
    offset: count,
    seriesLimit: count,
    seriesOffset: count,
    timeZone: fc.constantFrom(null, 'UTC', 'Europe/Berlin'),
  }),
})).select

const policy = {
  durationNs: fc.option(duration),
  replication: fc.option(fc.integer({ min: 1, max: 2_147_483_647 })),
  shardDurationNs: fc.option(fc.bigInt({ min: 1n, max: 2n ** 63n - 1n })),
}

const admin: fc.Arbitrary<Statement> = fc.oneof(
  fc.record({
    kind: fc.constant('create-continuous-query' as const),
    name,
    database: name,
    source: select.map(
      (source): SelectStatement => ({
        ...source,
        fields: [{ expr: { kind: 'varref', name: 'f', type: null }, alias: '' }],
        target: { kind: 'measurement', database: 'db', retentionPolicy: '7 d', name: '', regex: null, isTarget: true },
      }),
    ),
    resampleEveryNs: duration,
    resampleForNs: duration,
  }),
  fc.record({
    kind: fc.constant('create-subscription' as const),
    name,
    database: name,
    retentionPolicy: name,
    mode: fc.constantFrom('ALL' as const, 'ANY' as const),
    destinations: fc.array(text, { minLength: 1, maxLength: 2 }),
  }),
  fc.record({ kind: fc.constant('drop-measurement' as const), name }),
  fc.record({ kind: fc.constant('kill-query' as const), queryId: fc.constant(7n), host: fc.option(name, { nil: '' }) }),
  fc.record({
    kind: fc.constant('grant' as const),
    privilege: fc.constantFrom('READ' as const, 'WRITE' as const, 'ALL PRIVILEGES' as const),
    database: name,
    user: name,
  }),
  fc.record({
    kind: fc.constant('delete' as const),
    sources: fc.array(
      measurement.map((source) => ({ ...source, database: '', retentionPolicy: '' })),
      { minLength: 1, maxLength: 2 },
    ),
    condition: fc.option(condition),
  }),
  fc
    .record({ kind: fc.constant('create-database' as const), name, policy: fc.record({ ...policy, name }) })
    .map((statement) => ({ ...statement, policy: { ...statement.policy, isDefault: true } })),
  fc.record({
    kind: fc.constant('alter-retention-policy' as const),
    name,
    database: name,
    ...policy,
    isDefault: fc.constant(true),
  }),
  fc.record({
    kind: fc.constant('show-tag-values' as const),
    database: fc.option(name, { nil: '' }),
    sources: fc.constant([]),
    keyFilter: fc.oneof(
      fc.record({
        op: fc.constant('IN' as const),
        expr: fc.record({ kind: fc.constant('list' as const), values: fc.array(name, { minLength: 1 }) }),
      }),
      fc.record({
        op: fc.constantFrom('=' as const, '!=' as const),
        expr: fc.record({ kind: fc.constant('string' as const), value: name }),
      }),
      fc.record({
        op: fc.constantFrom('=~' as const, '!~' as const),
        expr: fc.record({ kind: fc.constant('regex' as const), source: regex }),
      }),
    ),
    condition: fc.option(condition),
    sortFields: fc.constant([]),
    limit: count,
    offset: count,
  }),
)

describe('printed InfluxQL', () => {
  it('parses back to the same expression', () => {
    fc.assert(
      fc.property(condition, (expr) => {
        expect(parseExpr(printExpr(expr))).toEqual(expr)
      }),
      { numRuns: 500 },
    )
  })

  it('parses back to the same SELECT', () => {
    fc.assert(
      fc.property(select, (statement) => {
        expect(parseStatement(printStatement(statement))).toEqual(statement)
      }),
      { numRuns: 300 },
    )
  })

  it('parses back to the same statement', () => {
    fc.assert(
      fc.property(admin, (statement) => {
        expect(parseStatement(printStatement(statement))).toEqual(statement)
      }),
      { numRuns: 500 },
    )
  })

  it('never shows a password', () => {
    expect(printStatement(parseStatement("create user a with password 'secret'"))).toBe(
      'CREATE USER a WITH PASSWORD [REDACTED]',
    )
    expect(printStatement(parseStatement("set password for a = 'secret'"))).toBe('SET PASSWORD FOR a = [REDACTED]')
  })

  it('keeps the digits and the grouping that InfluxDB loses', () => {
    expect(printExpr(parseExpr('x > 0.0004'))).toBe('x > 0.0004')
    expect(printExpr(parseExpr('2 / -x'))).toBe('2 / (-1 * x)')
  })
})
