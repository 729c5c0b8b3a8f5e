/** WHERE: comparisons of tags, fields and time, joined by AND and OR, with brackets. */

import type { Random } from '../harness/random.js'
import type { FieldType, MeasurementShape } from './generate-data.js'
import { identifier, regexLiteral, textLiteral } from './names.js'
import { group, type Phrase } from './phrase.js'

const REGEXES = ['a', '^[ab]$', '.', '1', '^$', 'x', '^', 'a|fra', '(?i)A', 'ö|ü', '^a.*s$', '/', 'l+e']

/** What a condition may speak of. A subquery's columns are fields here. */
export interface Vocabulary {
  readonly tags: ReadonlyMap<string, readonly string[]>
  readonly fields: ReadonlyMap<string, FieldType>
  /** Several rows may have one time. */
  readonly mayTie: boolean
}

export function generateCondition(random: Random, vocabulary: Omit<Vocabulary, 'mayTie'>, depth = 0): Phrase {
  if (depth < 3 && random.chance(0.3)) {
    const [left, right] = [0, 0].map(() => generateCondition(random, vocabulary, depth + 1))
    const operator = random.pick([' AND ', ' OR '])
    // Without brackets AND binds tighter than OR, which the tree of phrases need not know.
    return random.chance(0.6)
      ? group(['(', left, operator, right, ')'], [1, 3])
      : group([left, operator, right], [0, 2])
  }
  return random.chance(0.5) ? tagCondition(random, vocabulary) : fieldCondition(random, vocabulary)
}

export function tagCondition(random: Random, { tags }: Pick<MeasurementShape, 'tags'>): Phrase {
  const isUnknown = tags.size === 0 || random.chance(0.08)
  const [tag, values] = isUnknown ? (['nothing', ['x']] as const) : random.pick([...tags])
  const name = identifier(random, tag)
  if (random.chance(0.3)) return `${name} ${random.pick(['=~', '!~'])} ${regexLiteral(random.pick(REGEXES))}`
  const value = random.chance(0.15) ? '' : random.chance(0.08) ? 'other' : random.pick(values)
  const sides = [name, random.pick(['=', '=', '!=', '<>']), textLiteral(value)]
  return sides.join(random.chance(0.1) ? '' : ' ')
}

function fieldCondition(random: Random, { fields }: Pick<Vocabulary, 'fields'>): Phrase {
  if (fields.size === 0) return 'nothing = 1'
  const [field, type] = random.pick([...fields])
  const name = identifier(random, field) + (random.chance(0.05) ? `::${random.pick([type, 'field', 'float'])}` : '')
  if (random.chance(0.04)) return `${name} ${random.pick(['=', '!=', '>'])} ${otherLiteral(random)}`
  if (type === 'string') {
    if (random.chance(0.2)) return `${name} ${random.pick(['=~', '!~'])} ${regexLiteral(random.pick(REGEXES))}`
    return `${name} ${random.pick(['=', '!='])} '${random.pick(['', 'x', 'red', 'green', 'blue sky'])}'`
  }
  if (type === 'boolean') return `${name} ${random.pick(['=', '!='])} ${random.pick(['true', 'false', 'TRUE'])}`
  const left = random.chance(0.15) ? arithmetic(random, name, fields) : name
  return group([left, ` ${random.pick(['=', '!=', '<', '<=', '>', '>='])} `, number(random)])
}

function arithmetic(random: Random, name: string, fields: Vocabulary['fields']): Phrase {
  const numbers = [...fields].filter(([, type]) => type === 'float' || type === 'integer')
  const right = random.chance(0.5) ? number(random) : identifier(random, random.pick(numbers)[0])
  return group([name, ` ${random.pick(['+', '-', '*', '/'])} `, right], [0])
}

function number(random: Random): string {
  return String(random.pick([0, 1, 5, -3.5, 20, 7.25, -10, 100, 1e6]))
}

/** A literal of some type, which may not be the field's. */
function otherLiteral(random: Random): string {
  return random.pick(["'x'", '1', '1.5', 'true', '5m', '9223372036854775807'])
}
