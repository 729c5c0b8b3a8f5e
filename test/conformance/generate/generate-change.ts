/**
 * Statements that change data, and those that change what databases, policies and users there are. The latter only speak
 * of scratch names: they are dropped before each run, so that a question can be asked again.
 */

import type { Random } from '../harness/random.js'
import { tagCondition } from './generate-condition.js'
import type { DataShape } from './generate-data.js'
import { generateSelect, measurementSources } from './generate-select.js'
import { identifier, timeLiteral } from './names.js'
import { clause, group, optional, type Phrase } from './phrase.js'

export const SCRATCH_DATABASES = ['scratch_a', 'scratch_b'] as const
export const SCRATCH_USERS = ['scratch_u', 'scratch_v'] as const

const POLICIES = ['p1', 'p2', 'autogen', '"odd name"']
const DURATIONS = ['1h', '59m', '1d', '7d', '30d', '52w', 'INF', '0s', '1h30m', '2w']
const PRIVILEGES = ['READ', 'WRITE', 'ALL', 'ALL PRIVILEGES']

export function generateChange(random: Random, shape: DataShape): Phrase {
  const kind = random.pick([
    'delete',
    'delete',
    'delete',
    'drop-series',
    'drop-series',
    'drop-measurement',
    'into',
    'into',
  ])
  // Of rows of one time the last one written stays, and their order is open.
  const mayCopy = !shape.traits.includes('shared-times')
  if (kind === 'into' && mayCopy) return intoSelect(random, shape)
  const measurement = random.pick(shape.measurements)
  if (kind === 'drop-measurement') {
    return `DROP MEASUREMENT ${random.chance(0.1) ? 'nothing' : identifier(random, measurement.name)}`
  }
  const conditions: Phrase[] = random.chance(0.6) ? [tagCondition(random, measurement)] : []
  if (kind === 'delete' ? random.chance(0.6) : random.chance(0.05)) conditions.push(...timeBounds(random, shape))
  const sources = conditions.length === 0 || random.chance(0.7) ? measurementSources(random, shape, measurement) : []
  return group([
    kind === 'delete' ? 'DELETE' : 'DROP SERIES',
    clause(' FROM ', sources),
    clause(' WHERE ', conditions, ' AND '),
  ])
}

function timeBounds(random: Random, { timesNs }: DataShape): string[] {
  const bounds = [`time ${random.pick(['>', '>='])} ${timeLiteral(random, random.pick(timesNs))}`]
  if (random.chance(0.6)) bounds.push(`time ${random.pick(['<', '<='])} ${timeLiteral(random, random.pick(timesNs))}`)
  return random.chance(0.1) ? [`time = ${timeLiteral(random, random.pick(timesNs))}`] : bounds
}

function intoSelect(random: Random, shape: DataShape): Phrase {
  const target = random.pick(['copy', 'copy', ':MEASUREMENT', identifier(random, random.pick(shape.measurements).name)])
  const policy = identifier(random, random.pick(shape.policies))
  const into =
    target === ':MEASUREMENT' ? `${policy}.:MEASUREMENT` : random.chance(0.3) ? `${policy}.${target}` : target
  return generateSelect(random, shape, { into: ` INTO ${into}` })
}

/** What a change leaves behind. */
export function looksAtData(random: Random, shape: DataShape): Phrase[] {
  const all = ['SHOW MEASUREMENTS', 'SHOW SERIES', 'SHOW FIELD KEYS', 'SHOW TAG KEYS', 'SELECT count(*) FROM /./']
  const { name } = random.pick(shape.measurements)
  return ['SELECT * FROM /./ GROUP BY *', `SELECT * FROM ${identifier(random, name)}`, random.pick(all)]
}

export function generateMetadata(random: Random): Phrase {
  const database = random.chance(0.07) ? 'nothing' : random.pick(SCRATCH_DATABASES)
  const user = random.pick(SCRATCH_USERS)
  const policy = random.pick(POLICIES)
  switch (random.below(14)) {
    case 0:
      return `DROP DATABASE ${database}`
    case 1:
    case 2:
    case 3:
      return group([`CREATE DATABASE ${database}`, optional(random.chance(0.5) ? databasePolicy(random) : null)])
    case 4:
    case 5:
    case 6:
      return group([
        `CREATE RETENTION POLICY ${policy} ON ${database} DURATION ${random.pick(DURATIONS)} REPLICATION 1`,
        ...options(random),
      ])
    case 7:
    case 8: {
      const changes = [
        ` DURATION ${random.pick(DURATIONS)}`,
        ' REPLICATION 1',
        ` SHARD DURATION ${random.pick(DURATIONS)}`,
        ' DEFAULT',
      ]
      return group([`ALTER RETENTION POLICY ${policy} ON ${database}`, clause('', random.some(changes, 0), '', 0)])
    }
    case 9:
      return `DROP RETENTION POLICY ${policy} ON ${database}`
    case 10:
      return `CREATE USER ${user} WITH PASSWORD 'secret'${random.chance(0.2) ? ' WITH ALL PRIVILEGES' : ''}`
    case 11:
      return random.pick([`DROP USER ${user}`, `SET PASSWORD FOR ${user} = 'other'`, `SHOW GRANTS FOR ${user}`])
    case 12:
      return `GRANT ${random.pick(PRIVILEGES)}${random.pick([` ON ${database}`, ` ON ${database}`, ''])} TO ${user}`
    default:
      return `REVOKE ${random.pick(PRIVILEGES)}${random.pick([` ON ${database}`, ''])} FROM ${user}`
  }
}

function databasePolicy(random: Random): Phrase {
  const parts = [
    random.chance(0.7) ? ` DURATION ${random.pick(DURATIONS)}` : null,
    random.chance(0.3) ? ' REPLICATION 1' : null,
    random.chance(0.3) ? ` SHARD DURATION ${random.pick(DURATIONS)}` : null,
    random.chance(0.5) ? ` NAME ${random.pick(POLICIES)}` : null,
  ]
  return clause(
    ' WITH',
    parts.filter((part) => part !== null),
    '',
  )
}

function options(random: Random): Phrase[] {
  return [
    optional(random.chance(0.3) ? ` SHARD DURATION ${random.pick(DURATIONS)}` : null),
    optional(random.chance(0.3) ? ' DEFAULT' : null),
  ]
}

/** What is there now, of the scratch names alone. */
export function looksAtMetadata(): Phrase[] {
  return [
    ...SCRATCH_DATABASES.map((name) => `SHOW RETENTION POLICIES ON ${name}`),
    'SHOW USERS',
    ...SCRATCH_USERS.map((name) => `SHOW GRANTS FOR ${name}`),
  ]
}
