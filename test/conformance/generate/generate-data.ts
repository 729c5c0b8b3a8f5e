/**
 * Random data for random questions. A data set has one to three traits, each a shape of data that queries have got wrong
 * somewhere: fields that are mostly missing, missing tags, points written again or late, times at the ends of what can be
 * stored, names that need quotes, several retention policies, and so on. Numbers are multiples of 1/4, so that sums do
 * not depend on their order, unless the trait is about numbers.
 */

import type { Random } from '../harness/random.js'

export type FieldType = 'float' | 'integer' | 'string' | 'boolean'

export const TRAITS = [
  'sparse',
  'numbers',
  'ragged',
  'late',
  'ends',
  'names',
  'clash',
  'policies',
  'summer-time',
  'shared-times',
] as const
export type Trait = (typeof TRAITS)[number]

export interface MeasurementShape {
  readonly name: string
  /** Values of each tag. */
  readonly tags: ReadonlyMap<string, readonly string[]>
  readonly fields: ReadonlyMap<string, FieldType>
}

export interface DataShape {
  readonly traits: readonly Trait[]
  readonly measurements: readonly MeasurementShape[]
  /** The default policy first. */
  readonly policies: readonly string[]
  /** Of all points, ascending. */
  readonly timesNs: readonly bigint[]
  readonly timeZone: string | null
}

export interface Point {
  readonly policy: string
  readonly measurement: string
  readonly tags: readonly (readonly [name: string, value: string])[]
  /** Values as line protocol. */
  readonly fields: readonly (readonly [name: string, value: string])[]
  readonly timeNs: bigint
}

export interface GeneratedData {
  readonly shape: DataShape
  /** In the order they are written. */
  readonly points: readonly Point[]
}

interface Names {
  readonly measurements: readonly string[]
  readonly tags: ReadonlyMap<string, readonly string[]>
  readonly fields: ReadonlyMap<string, FieldType>
}

const PLAIN: Names = {
  measurements: ['m', 'cpu', 'disk', 'net'],
  tags: new Map([
    ['host', ['a', 'b', 'c', 'server 4']],
    ['dc', ['ams', 'fra']],
    ['zone', ['1', '2', '10', 'ö']],
  ]),
  fields: new Map([
    ['f1', 'float'],
    ['f2', 'float'],
    ['i1', 'integer'],
    ['i2', 'integer'],
    ['s1', 'string'],
    ['b1', 'boolean'],
  ]),
}
const ODD: Names = {
  measurements: ['größe', '温度', 'with space', 'select', 'a,b', 'a.b', '7up', "it's", 'back\\slash', 'sl/ash'],
  tags: new Map([
    ['straße', ['Königsallee', 'Allee', '東京']],
    ['tag key', ['tag value', 'a,b', 'x=y']],
    ['from', ['where', 'a"b', "it's"]],
    ['🔑', ['🚪', 'c:\\dir']],
  ]),
  fields: new Map([
    ['höhe', 'float'],
    ['field key', 'float'],
    ['value', 'integer'],
    ['group', 'integer'],
    ['💡', 'string'],
    ['is,it', 'boolean'],
  ]),
}

const SECOND_NS = 1_000_000_000n
const START_NS = 1_566_000_000n * SECOND_NS
/** Two days before clocks go forward and back, and the zone in which they do. */
const CLOCK_CHANGES: readonly (readonly [startNs: bigint, zone: string])[] = [
  [1_553_817_600n * SECOND_NS, 'Europe/Berlin'],
  [1_571_961_600n * SECOND_NS, 'Europe/Berlin'],
  [1_552_089_600n * SECOND_NS, 'America/New_York'],
  [1_572_652_800n * SECOND_NS, 'America/New_York'],
]
/** The first and last times that can be stored, and what lies around 1970. */
const END_TIMES = [
  -9223372036854775806n,
  -9223372036854775805n,
  -86_400_000_000_001n,
  -1_500_000_000n,
  -1n,
  0n,
  1n,
  3_600_000_000_001n,
  9223372036854775805n,
  9223372036854775806n,
]
const STEPS_NS = [1n, 10n, 60n, 300n].map((seconds) => seconds * SECOND_NS)
const DAY_STEPS_NS = [600n, 1800n, 3600n, 7200n].map((seconds) => seconds * SECOND_NS)
const NUMBERS: Readonly<Record<'float' | 'integer', readonly string[]>> = {
  float: ['1e21', '1e-7', '1.7976931348623157e308', '5e-324', '-0', '0.1', '3', '-1.5e+2', '123456789.125'],
  // Sums stay within 64 bits: the mean of one that wraps is where we differ on purpose.
  integer: ['9007199254740993i', '-9007199254740993i', '45035996273704961i', '1i', '0i'],
}

export function generateData(random: Random): GeneratedData {
  const traits = random.chance(0.1) ? [] : random.some(TRAITS, 1).slice(0, 1 + random.below(3))
  const names = traits.includes('names') ? ODD : PLAIN
  const measurements = random
    .some(names.measurements, 1)
    .slice(0, 4)
    .map((name) => measurementShape(random, traits, names, name))
  const change = traits.includes('summer-time') ? random.pick(CLOCK_CHANGES) : null
  const policies = traits.includes('policies') ? random.pick(POLICIES) : ['autogen']
  const points = generatePoints(random, { traits, measurements, policies, startNs: change?.[0] ?? START_NS })
  const timesNs = [...new Set(points.map(({ timeNs }) => timeNs))].sort((a, b) => (a < b ? -1 : 1))
  return {
    shape: { traits, measurements, policies, timesNs, timeZone: change?.[1] ?? null },
    points: traits.includes('late') ? outOfOrder(random, points) : points,
  }
}

const POLICIES = [
  ['autogen', 'long'],
  ['days', 'autogen', 'odd name'],
  ['long', 'autogen'],
]

function measurementShape(random: Random, traits: readonly Trait[], names: Names, name: string): MeasurementShape {
  const tags = random.some([...names.tags], 0)
  const fields = random.some([...names.fields], 2)
  if (traits.includes('clash') && tags.length > 0) {
    // A field of a tag's name, or a tag of a field's.
    if (random.chance(0.5)) fields.push([random.pick(tags)[0], random.pick(['float', 'integer', 'string'] as const)])
    else tags.push([random.pick(fields)[0], ['1', 'x']])
  }
  return { name, tags: new Map(tags), fields: new Map(fields) }
}

interface PointPlan {
  readonly traits: readonly Trait[]
  readonly measurements: readonly MeasurementShape[]
  readonly policies: readonly string[]
  readonly startNs: bigint
}

function generatePoints(random: Random, plan: PointPlan): Point[] {
  const has = (trait: Trait): boolean => plan.traits.includes(trait)
  const points: Point[] = []
  const steps = has('summer-time') ? DAY_STEPS_NS : STEPS_NS
  const repeatChance = has('late') ? 0.2 : 0.04
  let timeNs = plan.startNs + BigInt(random.below(100)) * SECOND_NS
  const count = 20 + random.below(has('summer-time') ? 60 : 120)
  for (let at = 0; at < count; at++) {
    if (!has('shared-times') || random.chance(0.4)) timeNs += random.pick(steps) * BigInt(1 + random.below(5))
    if (has('ends') && random.chance(0.03)) timeNs += BigInt(random.below(1_000_000_000))
    const time = has('ends') && random.chance(0.12) ? random.pick(END_TIMES) : timeNs
    const measurement = random.pick(plan.measurements)
    const point: Point = {
      policy: random.pick(plan.policies),
      measurement: measurement.name,
      tags: tagSet(random, plan.traits, measurement),
      fields: fieldSet(random, plan.traits, measurement),
      timeNs: time,
    }
    points.push(point)
    // The same point again: its fields are merged, the later value counts.
    if (random.chance(repeatChance)) points.push({ ...point, fields: fieldSet(random, plan.traits, measurement) })
  }
  return has('shared-times') ? points : withoutSharedTimes(points)
}

/** Two series at one time come out in an order of influxd's own; only the trait `shared-times` asks for that. */
function withoutSharedTimes(points: readonly Point[]): Point[] {
  const owners = new Map<bigint, string>()
  return points.filter((point) => {
    const series = JSON.stringify([point.policy, point.measurement, point.tags])
    const owner = owners.get(point.timeNs) ?? series
    owners.set(point.timeNs, owner)
    return owner === series
  })
}

function tagSet(random: Random, traits: readonly Trait[], measurement: MeasurementShape): Point['tags'] {
  const presence = traits.includes('ragged') ? 0.5 : 0.92
  return [...measurement.tags]
    .filter(() => random.chance(presence))
    .map(([name, values]) => [name, random.pick(values)] as const)
}

function fieldSet(random: Random, traits: readonly Trait[], measurement: MeasurementShape): Point['fields'] {
  const all = [...measurement.fields]
  const isSparse = traits.includes('sparse')
  const fields = random.chance(isSparse ? 0.1 : 0.6) ? all : random.some(all, 1).slice(0, isSparse ? 2 : all.length)
  return fields.map(([name, type]) => [name, fieldValue(random, traits, type)])
}

function fieldValue(random: Random, traits: readonly Trait[], type: FieldType): string {
  const number = random.below(200) - 60
  if (type === 'boolean') return random.pick(['true', 'false'])
  if (type === 'string') return `"${random.pick(['', 'x', 'red', 'green', 'blue sky', 'a,b', 'ü', '\\"'])}"`
  if (traits.includes('numbers') && random.chance(0.15)) return random.pick(NUMBERS[type])
  const isZero = random.chance(0.1)
  return type === 'float' ? String(isZero ? 0 : number / 4) : `${isZero ? 0 : number}i`
}

/** Moves some points to the end. Writes of one point stay in their order: the last one wins. */
function outOfOrder(random: Random, points: readonly Point[]): Point[] {
  const lateTimes = new Set(points.filter(() => random.chance(0.2)).map(({ timeNs }) => timeNs))
  const isLate = ({ timeNs }: Point): boolean => lateTimes.has(timeNs)
  return [...points.filter((point) => !isLate(point)), ...points.filter(isLate)]
}

export function printPoint({ measurement, tags, fields, timeNs }: Point): string {
  const tagText = tags.map(([name, value]) => `,${escapeKey(name)}=${escapeKey(value)}`).join('')
  const fieldText = fields.map(([name, value]) => `${escapeKey(name)}=${value}`).join(',')
  return `${measurement.replace(/[, ]/g, '\\$&')}${tagText} ${fieldText} ${timeNs}`
}

function escapeKey(text: string): string {
  return text.replace(/[,= ]/g, '\\$&')
}
