/**
 * Random data for random questions: a few measurements with their own tags and fields, points with missing tags and
 * fields, some written twice, some out of order. No two series share a time, so that the order of rows is defined; values are
 * multiples of 1/4, so that sums do not depend on their order.
 */

import type { Random } from '../harness/random.js'

export type FieldType = 'float' | 'integer' | 'string' | 'boolean'

export interface MeasurementShape {
  readonly name: string
  readonly tags: ReadonlyMap<string, readonly string[]>
  readonly fields: ReadonlyMap<string, FieldType>
}

export interface DataShape {
  readonly measurements: readonly MeasurementShape[]
  /** In seconds. */
  readonly startTime: number
  readonly endTime: number
}

export interface GeneratedData {
  readonly shape: DataShape
  /** Line protocol, seconds. */
  readonly lines: readonly string[]
}

const TAGS: ReadonlyMap<string, readonly string[]> = new Map([
  ['host', ['a', 'b', 'c', 'server\\ 4']],
  ['dc', ['ams', 'fra']],
  ['zone', ['1', '2', '10', 'ö']],
])
const FIELDS: ReadonlyMap<string, FieldType> = new Map([
  ['f1', 'float'],
  ['f2', 'float'],
  ['i1', 'integer'],
  ['i2', 'integer'],
  ['s1', 'string'],
  ['b1', 'boolean'],
])
const START = 1_566_000_000
const STEPS = [1, 10, 60, 300]

export function generateData(random: Random): GeneratedData {
  const names = random.some(['m', 'cpu', 'disk', 'net'], 1)
  const measurements = names.map((name) => ({
    name,
    tags: new Map(random.some([...TAGS], 0)),
    fields: new Map(random.some([...FIELDS], 2)),
  }))
  const lines: string[] = []
  let time = START + random.below(100)
  const pointCount = 20 + random.below(120)
  for (let point = 0; point < pointCount; point++) {
    time += random.pick(STEPS) * (1 + random.below(5))
    const measurement = random.pick(measurements)
    const key = seriesKey(random, measurement)
    lines.push(`${key} ${fieldSet(random, measurement)} ${time}`)
    // The same point again: its fields are merged, the later value counts.
    if (random.chance(0.08)) lines.push(`${key} ${fieldSet(random, measurement)} ${time}`)
  }
  return { shape: { measurements, startTime: START, endTime: time }, lines: outOfOrder(random, lines) }
}

function seriesKey(random: Random, measurement: MeasurementShape): string {
  let key = measurement.name
  for (const [tag, values] of measurement.tags) {
    if (random.chance(0.85)) key += `,${tag}=${random.pick(values)}`
  }
  return key
}

function fieldSet(random: Random, measurement: MeasurementShape): string {
  const fields = random.chance(0.6) ? [...measurement.fields] : random.some([...measurement.fields], 1)
  return fields.map(([name, type]) => `${name}=${fieldValue(random, type)}`).join(',')
}

function fieldValue(random: Random, type: FieldType): string {
  const number = random.below(200) - 60
  if (type === 'float') return String(random.chance(0.1) ? 0 : number / 4)
  if (type === 'integer') return `${random.chance(0.1) ? 0 : number}i`
  if (type === 'boolean') return random.pick(['true', 'false'])
  return `"${random.pick(['', 'x', 'red', 'green', 'blue sky', 'a,b'])}"`
}

/** Moves a few lines to a later place. The lines of one point stay in their order: the last one written wins. */
function outOfOrder(random: Random, lines: readonly string[]): string[] {
  const late = lines.filter(() => random.chance(0.1))
  const isSamePoint = (a: string, b: string): boolean => timeOf(a) === timeOf(b)
  const moved = lines.filter((line) => late.some((other) => isSamePoint(line, other)))
  return [...lines.filter((line) => !moved.includes(line)), ...moved]
}

function timeOf(line: string): string {
  return line.slice(line.lastIndexOf(' ') + 1)
}
