/**
 * The fifteen devops query families of the Time Series Benchmark Suite, as InfluxQL, and two counts over everything.
 * Hosts and windows are drawn from a seeded generator, so every server and every run is asked the same questions.
 */
import { FIELD_NAMES, LOAD_START_S, type LoadShape } from './devops-load.js'
import { SeededRandom } from './seeded-random.js'

export type QueryFamily = { name: string; isSuiteFamily: boolean; texts: string[] }

type Draw = { random: SeededRandom; shape: LoadShape }
type MakeText = (draw: Draw) => string

const FAMILIES: Record<string, MakeText> = {
  'single-groupby-1-1-1': (draw) => singleGroupBy(draw, { fieldCount: 1, hostCount: 1, hours: 1 }),
  'single-groupby-1-1-12': (draw) => singleGroupBy(draw, { fieldCount: 1, hostCount: 1, hours: 12 }),
  'single-groupby-1-8-1': (draw) => singleGroupBy(draw, { fieldCount: 1, hostCount: 8, hours: 1 }),
  'single-groupby-5-1-1': (draw) => singleGroupBy(draw, { fieldCount: 5, hostCount: 1, hours: 1 }),
  'single-groupby-5-1-12': (draw) => singleGroupBy(draw, { fieldCount: 5, hostCount: 1, hours: 12 }),
  'single-groupby-5-8-1': (draw) => singleGroupBy(draw, { fieldCount: 5, hostCount: 8, hours: 1 }),
  'cpu-max-all-1': (draw) => maxOfAllFields(draw, 1),
  'cpu-max-all-8': (draw) => maxOfAllFields(draw, 8),
  'double-groupby-1': (draw) => doubleGroupBy(draw, 1),
  'double-groupby-5': (draw) => doubleGroupBy(draw, 5),
  'double-groupby-all': (draw) => doubleGroupBy(draw, FIELD_NAMES.length),
  'high-cpu-1': (draw) => highCpu(draw, `and ${hostCondition(draw, 1)} `),
  'high-cpu-all': (draw) => highCpu(draw, ''),
  lastpoint: () => 'SELECT * from cpu group by "hostname" order by time desc limit 1',
  'groupby-orderby-limit': (draw) =>
    `SELECT max(usage_user) from cpu WHERE time < '${windowOf(draw, 1).end}' group by time(1m) limit 5`,
}

const COUNTS: Record<string, MakeText> = {
  'count-one-field': () => 'SELECT count(usage_user) FROM cpu',
  'count-all-fields': () => 'SELECT count(*) FROM cpu',
}

export function makeQueryFamilies(shape: LoadShape, instanceCount: number): QueryFamily[] {
  const draw = { random: new SeededRandom(shape.seed + 1), shape }
  return [
    ...Object.entries(FAMILIES).map(([name, make]) => ({ name, isSuiteFamily: true, make })),
    ...Object.entries(COUNTS).map(([name, make]) => ({ name, isSuiteFamily: false, make })),
  ].map(({ name, isSuiteFamily, make }) => {
    const texts = new Set(Array.from({ length: instanceCount }, () => make(draw)))
    return { name, isSuiteFamily, texts: [...texts] }
  })
}

function singleGroupBy(draw: Draw, size: { fieldCount: number; hostCount: number; hours: number }): string {
  const hosts = hostCondition(draw, size.hostCount)
  return `SELECT ${calls('max', size.fieldCount)} from cpu where ${hosts} and ${timeCondition(draw, size.hours)} group by time(1m)`
}

function maxOfAllFields(draw: Draw, hostCount: number): string {
  const hosts = hostCondition(draw, hostCount)
  return `SELECT ${calls('max', FIELD_NAMES.length)} from cpu where ${hosts} and ${timeCondition(draw, 8)} group by time(1h)`
}

function doubleGroupBy(draw: Draw, fieldCount: number): string {
  return `SELECT ${calls('mean', fieldCount)} from cpu where ${timeCondition(draw, 12)} group by time(1h),hostname`
}

function highCpu(draw: Draw, hosts: string): string {
  return `SELECT * from cpu where usage_user > 90.0 ${hosts}and ${timeCondition(draw, 12)}`
}

function calls(name: string, fieldCount: number): string {
  return FIELD_NAMES.slice(0, fieldCount)
    .map((field) => `${name}(${field})`)
    .join(', ')
}

function hostCondition({ random, shape }: Draw, count: number): string {
  const hosts = random.sample(count, shape.hostCount)
  return `(${hosts.map((host) => `hostname = 'host_${host}'`).join(' or ')})`
}

function timeCondition(draw: Draw, hours: number): string {
  const { start, end } = windowOf(draw, hours)
  return `time >= '${start}' and time < '${end}'`
}

/** A random window of whole seconds inside the data; all of it when the data is shorter than the window. */
function windowOf({ random, shape }: Draw, hours: number): { start: string; end: string } {
  const lengthS = Math.min(hours, shape.hours) * 3600
  const startS = LOAD_START_S + random.below(shape.hours * 3600 - lengthS + 1)
  return { start: timeText(startS), end: timeText(startS + lengthS) }
}

function timeText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
}
