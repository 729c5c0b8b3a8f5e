/**
 * Random statements over generated data, as lists of clauses that can be dropped one by one: that is how a failing
 * statement is made small. What influxd leaves undefined (the order of rows of equal times, comparing two tags) is not
 * generated.
 */

import type { Random } from '../harness/random.js'
import type { DataShape, FieldType, MeasurementShape } from './generate-data.js'

/** Every list is joined by its clause's separator; an empty list leaves the clause out. */
export interface Statement {
  readonly head: string
  readonly columns: readonly string[]
  readonly sources: readonly string[]
  readonly conditions: readonly string[]
  readonly dimensions: readonly string[]
  /** fill, ORDER BY, LIMIT and the like, in their order. */
  readonly tail: readonly string[]
}

/** Of numbers and texts, `mode` depends on the order that Go's sort leaves equal values in. */
const ANY_FUNCTIONS = ['count', 'first', 'last']
const NUMBER_FUNCTIONS = [...ANY_FUNCTIONS, 'sum', 'mean', 'min', 'max', 'spread', 'stddev', 'median', 'percentile']
const BOOLEAN_FUNCTIONS = [...ANY_FUNCTIONS, 'min', 'max', 'mode']
const INTERVALS = ['30s', '1m', '5m', '10m', '1h', '7m', '1d']

export function printStatement(statement: Statement): string {
  const clause = (word: string, items: readonly string[], separator: string): string =>
    items.length === 0 ? '' : ` ${word} ${items.join(separator)}`
  const tail = statement.tail.map((item) => ` ${item}`).join('')
  return (
    statement.head +
    (statement.columns.length === 0 ? '' : ` ${statement.columns.join(', ')}`) +
    clause('FROM', statement.sources, ', ') +
    clause('WHERE', statement.conditions, ' AND ') +
    clause('GROUP BY', statement.dimensions, ', ') +
    tail
  )
}

export function generateStatement(random: Random, shape: DataShape): Statement {
  if (random.chance(0.2)) return generateShow(random, shape)
  const measurement = random.pick(shape.measurements)
  return random.chance(0.35) ? generateRaw(random, shape, measurement) : generateAggregate(random, shape, measurement)
}

function generateRaw(random: Random, shape: DataShape, measurement: MeasurementShape): Statement {
  const names = [...measurement.fields.keys(), ...measurement.tags.keys(), 'nothing']
  const columns = random.chance(0.2) ? ['*'] : random.some(names, 1)
  const withMath = columns.map((column) => (random.chance(0.15) ? arithmetic(random, measurement, column) : column))
  return {
    head: 'SELECT',
    columns: withMath,
    sources: sources(random, shape, measurement),
    conditions: conditions(random, shape, measurement),
    dimensions: random.chance(0.3) ? tagDimensions(random, measurement) : [],
    tail: [...order(random), ...limits(random)],
  }
}

function generateAggregate(random: Random, shape: DataShape, measurement: MeasurementShape): Statement {
  const callCount = 1 + random.below(3)
  const hasWindow = random.chance(0.6)
  const columns = Array.from({ length: callCount }, () => aggregateColumn(random, measurement, hasWindow))
  const dimensions = random.chance(0.4) ? tagDimensions(random, measurement) : []
  // Alone it would show which of several equal values Go's sort left at the rank.
  if (columns.every((column) => column.startsWith('percentile('))) columns.push('count(/./)')
  return {
    head: 'SELECT',
    columns: random.chance(0.05) ? [distinct(random, measurement)] : columns,
    sources: sources(random, shape, measurement),
    conditions: [...(hasWindow ? timeBounds(random, shape) : []), ...conditions(random, shape, measurement)],
    dimensions: hasWindow ? [window(random), ...dimensions] : dimensions,
    tail: [...(hasWindow ? fill(random, measurement) : []), ...order(random), ...limits(random)],
  }
}

function generateShow(random: Random, shape: DataShape): Statement {
  const measurement = random.pick(shape.measurements)
  const tags = [...measurement.tags.keys(), 'nothing']
  const key = random.pick(tags)
  const head = random.pick([
    'SHOW MEASUREMENTS',
    'SHOW SERIES',
    'SHOW TAG KEYS',
    'SHOW FIELD KEYS',
    `SHOW TAG VALUES%WITH KEY = "${key}"`,
    `SHOW TAG VALUES%WITH KEY IN ("${key}", "host")`,
    'SHOW TAG VALUES%WITH KEY =~ /o/',
  ])
  const hasSource = head !== 'SHOW MEASUREMENTS' && random.chance(0.5)
  const source = hasSource ? ` FROM ${sources(random, shape, measurement).join(', ')}` : ''
  const [before, after] = head.split('%')
  const hasCondition = head !== 'SHOW FIELD KEYS' && random.chance(0.4)
  return {
    head: after === undefined ? before : `${before}${source} ${after}`,
    columns: [],
    sources: after === undefined && hasSource ? [source.slice(' FROM '.length)] : [],
    conditions: hasCondition ? [tagCondition(random, measurement)] : [],
    dimensions: [],
    tail: random.chance(0.3) ? [`LIMIT ${1 + random.below(3)}`, ...(random.chance(0.5) ? ['OFFSET 1'] : [])] : [],
  }
}

function sources(random: Random, shape: DataShape, measurement: MeasurementShape): string[] {
  if (random.chance(0.08)) return shape.measurements.map((each) => each.name)
  if (random.chance(0.06)) return [`/${random.pick(['.', '^c', 'm|n', 'disk'])}/`]
  return [random.chance(0.2) ? `"${measurement.name}"` : measurement.name]
}

function aggregateColumn(random: Random, measurement: MeasurementShape, hasWindow: boolean): string {
  const [field, type] = random.chance(0.06) ? ['nothing', 'float' as const] : random.pick([...measurement.fields])
  const call = aggregateCall(random, field, type, hasWindow)
  const isNumber = type === 'float' || type === 'integer'
  if (isNumber && random.chance(0.15)) {
    const other = random.chance(0.5)
      ? String(random.pick([0, 1, 2, 0.5, 10]))
      : aggregateCall(random, field, type, hasWindow)
    return `${call} ${random.pick(['+', '-', '*', '/'])} ${other}`
  }
  return random.chance(0.12) ? `${call} AS ${random.pick(['x', 'y', 'mean', '"a b"'])}` : call
}

/** A percentile below the first value of a bucket makes influxd forget all later buckets. */
const PERCENTILES = { ofAll: [0, 5, 25, 50, 90, 99.5, 100], ofBuckets: [50, 75, 90, 99.5, 100] }

function aggregateCall(random: Random, field: string, type: FieldType, hasWindow: boolean): string {
  const choices = type === 'string' ? ANY_FUNCTIONS : type === 'boolean' ? BOOLEAN_FUNCTIONS : NUMBER_FUNCTIONS
  const name = random.pick(choices)
  if (name === 'percentile') {
    return `percentile(${field}, ${random.pick(hasWindow ? PERCENTILES.ofBuckets : PERCENTILES.ofAll)})`
  }
  if (name === 'count' && random.chance(0.15)) return `count(distinct(${field}))`
  return `${name}(${field})`
}

function distinct(random: Random, measurement: MeasurementShape): string {
  return `distinct(${random.pick([...measurement.fields.keys()])})`
}

function arithmetic(random: Random, measurement: MeasurementShape, column: string): string {
  const numbers = [...measurement.fields].filter(([, type]) => type === 'float' || type === 'integer')
  if (numbers.length === 0) return column
  const operand = (): string =>
    random.chance(0.4) ? String(random.pick([0, 1, 2, 2.5, 100])) : random.pick(numbers)[0]
  return `${random.pick(numbers)[0]} ${random.pick(['+', '-', '*', '/'])} ${operand()}`
}

function conditions(random: Random, shape: DataShape, measurement: MeasurementShape): string[] {
  const found: string[] = []
  if (random.chance(0.35)) found.push(either(random, () => tagCondition(random, measurement)))
  if (random.chance(0.3)) found.push(either(random, () => fieldCondition(random, measurement)))
  if (random.chance(0.15)) found.push(...timeBounds(random, shape).slice(random.below(2)))
  return found
}

function either(random: Random, make: () => string): string {
  return random.chance(0.25) ? `(${make()} OR ${make()})` : make()
}

function tagCondition(random: Random, measurement: MeasurementShape): string {
  const [tag, values] = random.chance(0.1) ? ['nothing', ['x']] : (randomTag(random, measurement) ?? ['nothing', ['x']])
  const value = random.chance(0.15) ? '' : random.pick(values).replaceAll('\\ ', ' ')
  if (random.chance(0.3))
    return `${tag} ${random.pick(['=~', '!~'])} /${random.pick(['a', '^[ab]$', '.', '1', '^$', 'x'])}/`
  return `${tag} ${random.pick(['=', '=', '!='])} '${value}'`
}

function randomTag(random: Random, measurement: MeasurementShape): readonly [string, readonly string[]] | null {
  return measurement.tags.size === 0 ? null : random.pick([...measurement.tags])
}

function fieldCondition(random: Random, measurement: MeasurementShape): string {
  const [field, type] = random.pick([...measurement.fields])
  if (type === 'string') return `${field} ${random.pick(['=', '!='])} '${random.pick(['', 'x', 'red', 'green'])}'`
  if (type === 'boolean') return `${field} ${random.pick(['=', '!='])} ${random.pick(['true', 'false'])}`
  return `${field} ${random.pick(['=', '!=', '<', '<=', '>', '>='])} ${random.pick([0, 1, 5, -3.5, 20, 7.25])}`
}

function timeBounds(random: Random, shape: DataShape): string[] {
  const span = shape.endTime - shape.startTime
  const start = shape.startTime - 300 + random.below(Math.ceil(span / 2))
  const end = start + 60 + random.below(Math.min(span, 20_000))
  return [`time >= ${start}s`, `time ${random.pick(['<', '<='])} ${end}s`]
}

function window(random: Random): string {
  const interval = random.pick(INTERVALS)
  return random.chance(0.15) ? `time(${interval}, ${random.pick(['10s', '-25s', '2m'])})` : `time(${interval})`
}

function tagDimensions(random: Random, measurement: MeasurementShape): string[] {
  if (random.chance(0.25)) return ['*']
  if (random.chance(0.1)) return [`/${random.pick(['o', '^h', 'nothing'])}/`]
  return random.some([...measurement.tags.keys(), 'nothing'], 1)
}

/** A number in place of a text or a boolean is where we differ on purpose. */
function fill(random: Random, measurement: MeasurementShape): string[] {
  const isNumeric = [...measurement.fields.values()].every((type) => type === 'float' || type === 'integer')
  const choices = ['null', 'none', 'previous', 'linear', ...(isNumeric ? ['0', '7.5'] : [])]
  return random.chance(0.6) ? [`fill(${random.pick(choices)})`] : []
}

function order(random: Random): string[] {
  return random.chance(0.2) ? ['ORDER BY time DESC'] : []
}

function limits(random: Random): string[] {
  const found: string[] = []
  if (random.chance(0.25)) found.push(`LIMIT ${1 + random.below(5)}`)
  if (random.chance(0.1)) found.push(`OFFSET ${random.below(4)}`)
  if (random.chance(0.1)) found.push(`SLIMIT ${1 + random.below(3)}`)
  if (random.chance(0.05)) found.push(`SOFFSET ${random.below(3)}`)
  return found
}
