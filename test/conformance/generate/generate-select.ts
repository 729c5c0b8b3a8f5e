/**
 * SELECT with all clauses. A window always has time bounds of its own size, as buckets without data count too; the two
 * servers' limit of buckets guards what mutations and shrinking make of it.
 */

import type { Random } from '../harness/random.js'
import { generateCondition, type Vocabulary } from './generate-condition.js'
import type { DataShape, FieldType, MeasurementShape } from './generate-data.js'
import { aggregateColumns, rawColumn } from './generate-expression.js'
import { identifier, regexLiteral, timeLiteral } from './names.js'
import { clause, group, optional, type Phrase, printPhrase } from './phrase.js'

const SECOND_NS = 1_000_000_000n
const INTERVALS: readonly (readonly [text: string, seconds: bigint])[] = [
  ['1s', 1n],
  ['10s', 10n],
  ['30s', 30n],
  ['1m', 60n],
  ['7m', 420n],
  ['10m', 600n],
  ['1h', 3600n],
  ['12h', 43_200n],
  ['1d', 86_400n],
  ['1w', 604_800n],
  ['30d', 2_592_000n],
  ['52w', 31_449_600n],
]
const BUCKETS_MAX = 300n
const ZONES = ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'UTC', 'Australia/Lord_Howe', 'America/St_Johns']
const SOURCE_REGEXES = ['.', '^c', 'm|n', 'disk', 'e$', 'nothing', '(?i)M']
const DEPTH_MAX = 3

export interface SelectOptions {
  /** ` INTO target`, printed after the columns. */
  readonly into?: Phrase
}

interface Level {
  readonly shape: DataShape
  readonly depth: number
  /** Of the outermost level, which bound all below. */
  readonly isDescending: boolean
  readonly maySubquery: boolean
}

interface Window {
  readonly text: string
  readonly bounds: readonly Phrase[]
}

export function generateSelect(random: Random, shape: DataShape, options: SelectOptions = {}): Phrase {
  return select(
    random,
    { shape, depth: 0, isDescending: random.chance(0.2), maySubquery: options.into === undefined },
    options,
  ).phrase
}

function select(random: Random, level: Level, options: SelectOptions = {}): SourceChoice & { readonly phrase: Phrase } {
  const { shape, depth } = level
  const from = source(random, level)
  const { vocabulary } = from
  const isAggregate = random.chance(0.6)
  const hasWindow = isAggregate && random.chance(0.6)
  const window = hasWindow ? timeWindow(random, shape) : null
  const columns = isAggregate
    ? aggregateColumns(random, vocabulary, hasWindow)
    : Array.from({ length: random.pick([1, 1, 2, 3]) }, () => rawColumn(random, vocabulary))
  const tags = random.chance(0.4) ? tagDimensions(random, vocabulary) : []
  // A bound below says nothing about the buckets above: every level with a window bounds itself.
  const conditions = [...(window?.bounds ?? []), ...otherConditions(random, shape, vocabulary)]
  const phrase = group([
    clause('SELECT ', columns, ', ', 1),
    options.into ?? '',
    clause(' FROM ', from.sources, ', ', 1),
    clause(' WHERE ', random.chance(0.1) ? conditions.toReversed() : conditions, ' AND '),
    clause(' GROUP BY ', [...(window === null ? [] : [window.text]), ...tags]),
    optional(
      hasWindow || random.chance(0.03)
        ? fill(random, fillModes(vocabulary, { isOfRuns: depth > 0 && tags.length > 0, isAggregate }))
        : null,
    ),
    optional(level.isDescending ? ' ORDER BY time DESC' : random.chance(0.05) ? ' ORDER BY time' : null),
    ...limits(random, {
      mayCutRows: isAggregate || !vocabulary.mayTie,
      mayCutSeries: isOneShard(shape) && depth === 0,
    }),
    optional(depth === 0 ? timeZone(random, shape) : null),
  ])
  return {
    phrase,
    sources: from.sources,
    vocabulary: { tags: vocabulary.tags, fields: resultFields(columns, vocabulary), mayTie: true },
  }
}

/** Columns by which the level above may call the results; a guess is enough, unknown names are asked for as well. */
function resultFields(columns: readonly Phrase[], { fields }: Vocabulary): Vocabulary['fields'] {
  const result = new Map<string, FieldType>()
  for (const column of columns) {
    const text = printPhrase(column)
    const alias = / AS "?([^"]+)"?$/.exec(text)?.[1]
    const call = /^([a-z_0-9]+)\(/.exec(text)?.[1]
    const name = alias ?? call ?? text.replace(/^"|"$/g, '')
    if (name === '*') for (const [field, type] of fields) result.set(field, type)
    else if (name !== '' && !name.startsWith('/')) result.set(name, fields.get(name) ?? 'float')
  }
  return result
}

interface SourceChoice {
  readonly sources: readonly Phrase[]
  readonly vocabulary: Vocabulary
}

function source(random: Random, level: Level): SourceChoice {
  const { shape, depth } = level
  const measurement = random.pick(shape.measurements)
  if (depth < DEPTH_MAX && level.maySubquery && random.chance(depth === 0 ? 0.15 : 0.25)) {
    const inner = select(random, { ...level, depth: depth + 1 })
    const sources: Phrase[] = [group(['(', inner.phrase, ')'], [], inner.sources)]
    if (random.chance(0.08)) sources.push(group(['(', select(random, { ...level, depth: depth + 1 }).phrase, ')']))
    return { sources, vocabulary: inner.vocabulary }
  }
  const vocabulary = { ...measurement, mayTie: shape.traits.includes('shared-times') }
  return { sources: measurementSources(random, shape, measurement), vocabulary }
}

export function measurementSources(random: Random, shape: DataShape, measurement: MeasurementShape): Phrase[] {
  if (random.chance(0.08)) return shape.measurements.map((each) => qualified(random, shape, each.name))
  if (random.chance(0.06)) return [regexLiteral(random.pick(SOURCE_REGEXES))]
  if (random.chance(0.02)) return ['nothing']
  return [qualified(random, shape, measurement.name)]
}

function qualified(random: Random, shape: DataShape, name: string): string {
  const text = identifier(random, name)
  if (shape.policies.length === 1 && !random.chance(0.05)) return text
  if (random.chance(0.04)) return `nothing.${text}`
  return random.chance(0.6) ? `${identifier(random, random.pick(shape.policies))}.${text}` : text
}

/** Bounds around some of the data's times, and an interval that makes a moderate number of buckets of them. */
function timeWindow(random: Random, shape: DataShape): Window {
  const [startNs, endNs] = span(random, shape)
  const seconds = (endNs - startNs) / SECOND_NS
  const fitting = INTERVALS.filter(([, length]) => seconds / length <= BUCKETS_MAX)
  const interval = random.pick(fitting.length > 0 ? fitting.slice(0, 5) : INTERVALS.slice(-1))[0]
  const offset = random.chance(0.15) ? [`, ${random.pick(['10s', '-25s', '2m', '3h', '-1d'])}`] : []
  return {
    text: `time(${interval}${offset.join('')})`,
    bounds: [
      `time ${random.pick(['>=', '>=', '>'])} ${timeLiteral(random, startNs)}`,
      `time ${random.pick(['<', '<', '<='])} ${timeLiteral(random, endNs)}`,
    ],
  }
}

function span(random: Random, { timesNs }: DataShape): readonly [startNs: bigint, endNs: bigint] {
  const first = random.below(timesNs.length)
  const last = Math.min(timesNs.length - 1, first + random.below(timesNs.length))
  const start = timesNs[first] - BigInt(random.below(100)) * SECOND_NS
  const end = timesNs[last] + BigInt(random.below(100)) * SECOND_NS + 1n
  const within = (timeNs: bigint): bigint => (timeNs < TIME_MIN ? TIME_MIN : timeNs > TIME_MAX ? TIME_MAX : timeNs)
  return [whole(random, within(start)), whole(random, within(end))]
}

/** Windows end before the last bucket that could be stored: influxd's arithmetic overflows there. */
const TIME_MIN = -8_000_000_000_000_000_000n
const TIME_MAX = 8_000_000_000_000_000_000n

/** Most bounds lie on seconds, as people write them. */
function whole(random: Random, timeNs: bigint): bigint {
  return random.chance(0.8) ? timeNs - (timeNs % SECOND_NS) : timeNs
}

function otherConditions(random: Random, shape: DataShape, vocabulary: Vocabulary): Phrase[] {
  const found: Phrase[] = []
  if (random.chance(0.45)) found.push(generateCondition(random, vocabulary))
  if (random.chance(0.15)) {
    const [startNs, endNs] = span(random, shape)
    found.push(`time ${random.pick(['>=', '>', '<', '<='])} ${timeLiteral(random, random.pick([startNs, endNs]))}`)
    if (random.chance(0.1)) found.push(`time = ${timeLiteral(random, random.pick(shape.timesNs))}`)
  }
  return found
}

function tagDimensions(random: Random, { tags }: Vocabulary): string[] {
  if (random.chance(0.25)) return ['*']
  if (random.chance(0.12)) return [regexLiteral(random.pick(['o', '^h', 'nothing', '.']))]
  const found = random.some([...tags.keys()], tags.size > 0 ? 1 : 0).map((tag) => identifier(random, tag))
  return random.chance(0.1) ? [...found, 'nothing'] : found
}

interface FillPlace {
  /** In a subquery that groups by tags influxd fills every run of rows of one series by itself. */
  readonly isOfRuns: boolean
  readonly isAggregate: boolean
}

/** A number in place of a text or a boolean of a point is a number with influxd and null with us. */
function fillModes({ fields }: Vocabulary, { isOfRuns, isAggregate }: FillPlace): readonly string[] {
  if (isOfRuns) return ['null', 'none']
  const isNumeric = [...fields.values()].every((type) => type === 'float' || type === 'integer')
  return ['null', 'none', 'previous', 'linear', ...(isNumeric || isAggregate ? ['0', '7.5', '-1'] : [])]
}

function fill(random: Random, choices: readonly string[]): string | null {
  return random.chance(0.6) ? ` fill(${random.pick(choices)})` : null
}

/** Rows of one time come in no defined order, and influxd counts series shard by shard: neither is cut then. */
function limits(
  random: Random,
  { mayCutRows, mayCutSeries }: { mayCutRows: boolean; mayCutSeries: boolean },
): Phrase[] {
  return [
    optional(mayCutRows && random.chance(0.22) ? ` LIMIT ${random.pick([0, 1, 2, 3, 5, 50])}` : null),
    optional(mayCutRows && random.chance(0.1) ? ` OFFSET ${random.below(4)}` : null),
    optional(mayCutSeries && random.chance(0.08) ? ` SLIMIT ${random.below(3)}` : null),
    optional(mayCutSeries && random.chance(0.05) ? ` SOFFSET ${random.below(3)}` : null),
  ]
}

const SHARD_NS = 604_800n * SECOND_NS

export function isOneShard({ timesNs, policies }: DataShape): boolean {
  const shardOf = (timeNs: bigint): bigint => (timeNs + 259_200n * SECOND_NS) / SHARD_NS
  return timesNs[0] > 0n && policies.length === 1 && shardOf(timesNs[0]) === shardOf(timesNs[timesNs.length - 1])
}

function timeZone(random: Random, { timeZone: zone }: DataShape): string | null {
  if (zone !== null && random.chance(0.6)) return ` tz('${zone}')`
  return random.chance(0.06) ? ` tz('${random.pick(ZONES)}')` : null
}
