/** SHOW statements about what is in a database, with all their clauses. */

import type { Random } from '../harness/random.js'
import { generateCondition, tagCondition } from './generate-condition.js'
import type { DataShape, MeasurementShape } from './generate-data.js'
import { isOneShard, measurementSources } from './generate-select.js'
import { identifier, regexLiteral } from './names.js'
import { clause, group, inBrackets, optional, type Phrase } from './phrase.js'

type Clause = 'from' | 'with-key' | 'with-measurement' | 'where' | 'limit' | 'series-limit' | 'group'

const CLAUSES: Readonly<Record<string, readonly Clause[]>> = {
  'SHOW MEASUREMENTS': ['with-measurement', 'where', 'limit'],
  'SHOW SERIES': ['from', 'where', 'limit'],
  'SHOW TAG KEYS': ['from', 'where', 'limit', 'series-limit'],
  'SHOW TAG VALUES': ['from', 'with-key', 'where', 'limit'],
  'SHOW FIELD KEYS': ['from', 'limit'],
  'SHOW RETENTION POLICIES': [],
  'SHOW SERIES EXACT CARDINALITY': ['from', 'where', 'group', 'limit'],
  'SHOW MEASUREMENT EXACT CARDINALITY': ['from', 'where', 'limit'],
  'SHOW TAG KEY EXACT CARDINALITY': ['from', 'where', 'limit'],
  'SHOW TAG VALUES EXACT CARDINALITY': ['from', 'with-key', 'where', 'limit'],
  'SHOW FIELD KEY EXACT CARDINALITY': ['from', 'limit'],
  'SHOW MEASUREMENT CARDINALITY': [],
  'SHOW TAG KEY CARDINALITY': ['from'],
}
const USUAL = ['SHOW MEASUREMENTS', 'SHOW SERIES', 'SHOW TAG KEYS', 'SHOW TAG VALUES', 'SHOW FIELD KEYS']
const KEY_REGEXES = ['o', '^h', 't', '.', 'nothing', 'ß']

export function generateShow(random: Random, shape: DataShape): Phrase {
  // Exact cardinalities are of one policy with influxd, and count a series in each shard.
  const mayCount = isOneShard(shape)
  const head = random.chance(0.85) || !mayCount ? random.pick(USUAL) : random.pick(Object.keys(CLAUSES))
  const measurement = random.pick(shape.measurements)
  const has = (name: Clause, chance: number): boolean => CLAUSES[head].includes(name) && random.chance(chance)
  return group([
    head,
    clause(' FROM ', has('from', 0.5) ? measurementSources(random, shape, measurement) : []),
    has('with-key', 0.95) ? keyFilter(random, measurement) : '',
    optional(has('with-measurement', 0.35) ? measurementFilter(random, measurement) : null),
    clause(' WHERE ', has('where', 0.45) ? conditions(random, measurement) : [], ' AND '),
    optional(has('group', 0.2) ? ' GROUP BY *' : null),
    optional(has('limit', 0.25) ? ` LIMIT ${random.below(4)}` : null),
    optional(has('limit', 0.15) ? ` OFFSET ${random.below(3)}` : null),
    optional(has('series-limit', 0.15) ? ` SLIMIT ${random.below(3)}` : null),
    optional(has('series-limit', 0.1) ? ` SOFFSET ${random.below(2)}` : null),
  ])
}

function keyFilter(random: Random, { tags }: MeasurementShape): Phrase {
  const key = (): string =>
    identifier(random, tags.size === 0 || random.chance(0.1) ? 'nothing' : random.pick([...tags.keys()]))
  const form = random.below(4)
  if (form === 0) return group([' WITH KEY IN ', inBrackets('(', Array.from({ length: 1 + random.below(3) }, key))])
  if (form === 1) return ` WITH KEY ${random.pick(['=~', '!~'])} ${regexLiteral(random.pick(KEY_REGEXES))}`
  return ` WITH KEY ${random.pick(['=', '=', '=', '!='])} ${key()}`
}

function measurementFilter(random: Random, { name }: MeasurementShape): string {
  if (random.chance(0.5))
    return ` WITH MEASUREMENT =~ ${regexLiteral(random.pick(['.', '^c', 'm|n', 'nothing', '(?i)M']))}`
  return ` WITH MEASUREMENT = ${identifier(random, name)}`
}

function conditions(random: Random, measurement: MeasurementShape): Phrase[] {
  const found: Phrase[] = [
    random.chance(0.2) ? generateCondition(random, measurement) : tagCondition(random, measurement),
  ]
  // influxd looks at whole shards here, so bounds are further from the data than a shard is long.
  if (random.chance(0.15)) found.push(random.pick(['time > 1500000000s', 'time <= 1700000000s', 'time > 1700000000s']))
  return found
}
