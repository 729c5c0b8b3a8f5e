/** Columns: arithmetic over fields, functions over fields, functions over functions, wildcards, regexes, casts, aliases. */

import type { Random } from '../harness/random.js'
import type { Vocabulary } from './generate-condition.js'
import type { FieldType } from './generate-data.js'
import { identifier, regexLiteral } from './names.js'
import { clause, group, inBrackets, type Phrase } from './phrase.js'

const NUMBER_TYPES: readonly FieldType[] = ['float', 'integer']
/** Of numbers and texts, ties of `mode` depend on the order in which Go's sort leaves equal values. */
const OF_ANY = ['count', 'first', 'last']
const OF_NUMBERS = [...OF_ANY, 'sum', 'mean', 'min', 'max', 'spread', 'stddev', 'median', 'percentile']
const OF_BOOLEANS = [...OF_ANY, 'min', 'max', 'mode']
const TRANSFORMS = [
  'derivative',
  'non_negative_derivative',
  'difference',
  'non_negative_difference',
  'moving_average',
  'cumulative_sum',
  'elapsed',
]
/** Not abs: of a negative integer it is positive in 1.8 alone. */
const MATH_OF_ONE = ['ceil', 'floor', 'round', 'sqrt', 'exp', 'ln', 'log2', 'log10', 'sin', 'cos', 'tan', 'atan']
const SCALARS = [0, 1, 2, 2.5, 100, -3]
const UNITS = ['1s', '1m', '10s', '1h', '500ms', '1u']

/** A column of plain values. */
export function rawColumn(random: Random, vocabulary: Vocabulary): Phrase {
  if (random.chance(0.08)) return random.pick(['*', '*', '*::field', '*::tag'])
  if (random.chance(0.05)) return regexLiteral(random.pick(['1', 'o|e', '^[fh]', '.', 'nothing']))
  return withAlias(random, random.chance(0.3) ? expression(random, vocabulary, 0) : reference(random, vocabulary))
}

function reference(random: Random, { tags, fields }: Vocabulary): Phrase {
  if (random.chance(0.05)) return 'nothing'
  if (tags.size > 0 && random.chance(0.2)) {
    return identifier(random, random.pick([...tags.keys()])) + (random.chance(0.15) ? '::tag' : '')
  }
  if (fields.size === 0) return 'nothing'
  const [field, type] = random.pick([...fields])
  const name = identifier(random, field)
  if (!random.chance(0.1)) return name
  return `${name}::${random.pick([type, 'field', 'float', 'integer', 'string', 'boolean'])}`
}

function expression(random: Random, vocabulary: Vocabulary, depth: number): Phrase {
  const numbers = [...vocabulary.fields].filter(([, type]) => NUMBER_TYPES.includes(type)).map(([name]) => name)
  const operand = (): Phrase => {
    if (numbers.length === 0 || random.chance(0.05)) return reference(random, vocabulary)
    const name = identifier(random, random.pick(numbers))
    return depth < 2 && random.chance(0.3) ? expression(random, vocabulary, depth + 1) : name
  }
  if (random.chance(0.25)) return mathCall(random, operand())
  const right = random.chance(0.4) ? String(random.pick(SCALARS)) : operand()
  return operation(random, random.chance(0.1) ? [right, operand()] : [operand(), right])
}

function operation(random: Random, [left, right]: readonly [Phrase, Phrase] | readonly Phrase[]): Phrase {
  const operator = random.chance(0.08) ? random.pick(['&', '|', '^']) : random.pick(['+', '-', '*', '/', '%'])
  return random.chance(0.3)
    ? group(['(', left, ` ${operator} `, right, ')'], [1, 3])
    : group([left, ` ${operator} `, right], [0, 2])
}

function mathCall(random: Random, inner: Phrase): Phrase {
  if (random.chance(0.2)) {
    const [name, second] = random.pick([
      ['pow', String(random.pick([0, 2, 0.5, -1, 3]))],
      ['log', String(random.pick([2, 10, 3]))],
      ['atan2', String(random.pick([1, -2]))],
    ] as const)
    return group([`${name}(`, inner, `, ${second})`], [1])
  }
  return group([`${random.pick(MATH_OF_ONE)}(`, inner, ')'], [1])
}

function withAlias(random: Random, column: Phrase): Phrase {
  if (!random.chance(0.12)) return column
  return group([column, clause(' AS ', [random.pick(['x', 'y', 'mean', '"a b"', 'f1'])])])
}

/** Columns of functions; `hasWindow` = grouped by time. */
export function aggregateColumns(random: Random, vocabulary: Vocabulary, hasWindow: boolean): readonly Phrase[] {
  const { mayTie } = vocabulary
  if (random.chance(0.06)) return [soleColumn(random, vocabulary)]
  // Points of one time come in no defined order: what goes from point to point would follow it.
  const kind = random.chance(0.15) && (hasWindow || !mayTie) ? 'transform' : 'reduce'
  const count = random.pick([1, 1, 1, 2, 2, 3])
  const columns = Array.from({ length: count }, () => {
    const call = kind === 'transform' ? transform(random, vocabulary, hasWindow) : reduceColumn(random, vocabulary)
    return withAlias(random, call)
  })
  if (!hasWindow && !mayTie && count === 1 && kind === 'reduce' && random.chance(0.15))
    columns.push(reference(random, vocabulary))
  return columns
}

function reduceColumn(random: Random, vocabulary: Vocabulary): Phrase {
  const call = reduce(random, vocabulary)
  if (random.chance(0.07)) return mathCall(random, call)
  if (!random.chance(0.12)) return call
  const right = random.chance(0.5) ? String(random.pick(SCALARS)) : reduce(random, vocabulary)
  return operation(random, random.chance(0.15) ? [right, call] : [call, right])
}

function reduce(random: Random, vocabulary: Vocabulary): Phrase {
  if (random.chance(0.06)) {
    const argument = random.pick(['*', '/1/', '/./', '/^[fhv]/', '/nothing/'])
    return inBrackets(`${random.pick(['count', 'mean', 'max', 'last', 'sum'])}(`, [argument])
  }
  const [field, type] = fieldArgument(random, vocabulary)
  const name = random.chance(0.02) ? random.pick(OF_NUMBERS) : random.pick(functionsOf(type))
  if (name === 'count' && random.chance(0.15))
    return `count(${random.pick(['distinct(%)', 'DISTINCT %']).replace('%', () => field)})`
  return name === 'percentile' ? `percentile(${field}, ${percentage(random)})` : `${name}(${field})`
}

function percentage(random: Random): number {
  return random.pick([0, 5, 25, 50, 75, 90, 99.5, 100])
}

function functionsOf(type: FieldType): readonly string[] {
  if (type === 'string') return OF_ANY
  return type === 'boolean' ? OF_BOOLEANS : OF_NUMBERS
}

function fieldArgument(random: Random, { fields, tags }: Vocabulary): readonly [string, FieldType] {
  if (fields.size === 0 || random.chance(0.03)) return ['nothing', 'float']
  if (tags.size > 0 && random.chance(0.02)) return [identifier(random, random.pick([...tags.keys()])), 'string']
  const [field, type] = random.pick([...fields])
  const name = identifier(random, field)
  return random.chance(0.04) ? [`${name}::${random.pick([type, 'float'])}`, type] : [name, type]
}

function transform(random: Random, vocabulary: Vocabulary, hasWindow: boolean): Phrase {
  const name = random.pick(TRANSFORMS)
  const numbers = {
    ...vocabulary,
    fields: new Map([...vocabulary.fields].filter(([, type]) => NUMBER_TYPES.includes(type))),
  }
  const inner = hasWindow
    ? reduce(random, random.chance(0.9) ? numbers : vocabulary)
    : fieldArgument(random, numbers)[0]
  const isNested = hasWindow && random.chance(0.05) && name !== 'elapsed'
  const first = isNested ? group(['difference(', inner, ')'], [1]) : inner
  if (name === 'moving_average') return group([`${name}(`, first, `, ${random.pick([1, 2, 3, 5])})`])
  const takesUnit = name === 'elapsed' || name.endsWith('derivative')
  const unit = takesUnit && random.chance(0.6) ? [random.pick(UNITS)] : []
  return group([`${name}(`, first, clause(', ', unit), ')'])
}

/** Functions that allow no other beside them. */
function soleColumn(random: Random, vocabulary: Vocabulary): Phrase {
  const [field, type] = fieldArgument(random, vocabulary)
  const isNumber = NUMBER_TYPES.includes(type)
  const name = random.pick(isNumber && !vocabulary.mayTie ? ['distinct', 'integral', 'top', 'bottom'] : ['distinct'])
  if (name === 'distinct') return random.pick([`distinct(${field})`, `DISTINCT ${field}`])
  if (name === 'integral')
    return group([`integral(${field}`, clause(', ', random.chance(0.5) ? [random.pick(UNITS)] : []), ')'])
  const tags = random.chance(0.4)
    ? random.some([...vocabulary.tags.keys()], 0).map((tag) => identifier(random, tag))
    : []
  return group([`${name}(${field}`, clause(', ', tags), `, ${random.pick([1, 2, 3, 10])})`])
}
