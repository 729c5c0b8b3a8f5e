/**
 * The devops `cpu` load in the shape the Time Series Benchmark Suite made customary: ten tags that stay with a host,
 * ten integer fields that walk randomly between 0 and 100, one row per host every ten seconds; for each timestamp all
 * hosts. The same shape and seed give the same bytes.
 */
import { SeededRandom } from './seeded-random.js'

export const FIELD_NAMES = [
  'usage_user',
  'usage_system',
  'usage_idle',
  'usage_nice',
  'usage_iowait',
  'usage_irq',
  'usage_softirq',
  'usage_steal',
  'usage_guest',
  'usage_guest_nice',
] as const

/** 2016-01-01T00:00:00Z */
export const LOAD_START_S = 1_451_606_400
export const ROW_INTERVAL_S = 10

export type LoadShape = { hostCount: number; hours: number; seed: number }

export function rowCountOf(shape: LoadShape): number {
  return shape.hostCount * Math.floor((shape.hours * 3600) / ROW_INTERVAL_S)
}

const DATACENTERS: Record<string, string> = {
  'us-east-1': 'abce',
  'us-west-1': 'ab',
  'us-west-2': 'abc',
  'eu-west-1': 'abc',
  'eu-central-1': 'ab',
  'ap-southeast-1': 'ab',
  'ap-southeast-2': 'ab',
  'ap-northeast-1': 'ac',
  'sa-east-1': 'abc',
}

/** Lines without their line feed, in the order they are sent. */
export function* generateLines(shape: LoadShape): Generator<string> {
  const random = new SeededRandom(shape.seed)
  const keys = Array.from({ length: shape.hostCount }, (_, host) => seriesKeyOf(host, random))
  const fieldCount = FIELD_NAMES.length
  const states = Float64Array.from({ length: shape.hostCount * fieldCount }, () => random.float() * 100)
  const steps = Float64Array.from({ length: 65_536 }, () => random.normal())
  const timestampCount = Math.floor((shape.hours * 3600) / ROW_INTERVAL_S)
  for (let tick = 0; tick < timestampCount; tick++) {
    const timestamp = `${LOAD_START_S + tick * ROW_INTERVAL_S}000000000`
    for (let host = 0; host < shape.hostCount; host++) {
      let line = keys[host]!
      for (let field = 0; field < fieldCount; field++) {
        const at = host * fieldCount + field
        line += `${field === 0 ? ' ' : ','}${FIELD_NAMES[field]}=${Math.trunc(states[at]!)}i`
        states[at] = Math.min(100, Math.max(0, states[at]! + steps[random.below(steps.length)]!))
      }
      yield `${line} ${timestamp}`
    }
  }
}

function seriesKeyOf(host: number, random: SeededRandom): string {
  const region = random.choice(Object.keys(DATACENTERS))
  const tags = {
    hostname: `host_${host}`,
    region,
    datacenter: region + random.choice([...DATACENTERS[region]!]),
    rack: random.below(100),
    os: random.choice(['Ubuntu16.10', 'Ubuntu16.04LTS', 'Ubuntu15.10']),
    arch: random.choice(['x64', 'x86']),
    team: random.choice(['SF', 'NYC', 'LON', 'CHI']),
    service: random.below(20),
    service_version: random.below(2),
    service_environment: random.choice(['production', 'staging', 'test']),
  }
  return (
    'cpu,' +
    Object.entries(tags)
      .map(([key, value]) => `${key}=${value}`)
      .join(',')
  )
}
