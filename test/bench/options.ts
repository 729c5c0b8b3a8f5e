/** The flags of `npm run bench`. */
import { parseArgs } from 'node:util'
import type { LoadShape } from './devops-load.js'

export const PARTS = [
  'ingest',
  'disk',
  'queries',
  'restart',
  'writes',
  'visible',
  'version',
  'hot',
  'backup',
  'import',
  'backfill',
] as const
/** Only on request: `hot` asks the queries a second time, right after a load; the others move whole databases. */
const EXTRA_PARTS: readonly Part[] = ['hot', 'backup', 'import', 'backfill']

export type Part = (typeof PARTS)[number]

export type BenchOptions = {
  parts: ReadonlySet<Part>
  shape: LoadShape
  batchRowCount: number
  connectionCount: number
  roundCount: number
  instanceCount: number
  familyBudgetMs: number
  /** Empty: all. */
  familyNames: string[]
  pointSeconds: number
  backupGibibytes: number
  importRowCount: number
  backfillRowCount: number
  isReferenceSkipped: boolean
  /** Compare influxd with itself: shows how much of a ratio is noise. */
  isSelfComparison: boolean
  profileDir: string | undefined
}

export const HELP = `usage: npm run bench -- [flags]
  --only PART[,PART]   of ${PARTS.join(', ')}; hot (queries again, right after
                       a load), backup, import and backfill: only on request
  --hosts N            hosts in the load (1000)
  --hours N            hours in the load, a row each ten seconds (12)
  --quick              100 hosts, 2 hours, one round
  --rounds N           fresh data folders per server (3)
  --instances N        different queries per family (5)
  --family NAME        only this query family; may be repeated
  --family-seconds N   time for each query family (6)
  --point-seconds N    time for each round of single-point writes (5)
  --backup-gib N       size of the database that is backed up (1)
  --import-rows N      rows of the Parquet file that is imported (250000); its speed is asked for at 1250000
  --backfill-rows N    rows of ten fields that are copied from influxd (180000)
  --seed N             another load and other queries (1)
  --skip-influxd       measure only ours
  --self               influxd against influxd
  --profile DIR        leave processor profiles of our server in DIR
`

export function parseOptions(args: string[]): BenchOptions | undefined {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string', multiple: true },
      hosts: { type: 'string' },
      hours: { type: 'string' },
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      instances: { type: 'string', default: '5' },
      family: { type: 'string', multiple: true, default: [] },
      'family-seconds': { type: 'string' },
      'point-seconds': { type: 'string' },
      'backup-gib': { type: 'string', default: '1' },
      'import-rows': { type: 'string', default: '250000' },
      'backfill-rows': { type: 'string', default: '180000' },
      seed: { type: 'string', default: '1' },
      'skip-influxd': { type: 'boolean', default: false },
      self: { type: 'boolean', default: false },
      profile: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const isQuick = values.quick
  return {
    parts: parseParts(values.only ?? []),
    shape: {
      hostCount: parsePositive('hosts', values.hosts ?? (isQuick ? '100' : '1000')),
      hours: parsePositive('hours', values.hours ?? (isQuick ? '2' : '12')),
      seed: parsePositive('seed', values.seed),
    },
    batchRowCount: 5000,
    connectionCount: 4,
    roundCount: parsePositive('rounds', values.rounds ?? (isQuick ? '1' : '3')),
    instanceCount: parsePositive('instances', values.instances),
    familyBudgetMs: 1000 * parsePositive('family-seconds', values['family-seconds'] ?? (isQuick ? '2' : '6')),
    familyNames: values.family,
    pointSeconds: parsePositive('point-seconds', values['point-seconds'] ?? (isQuick ? '2' : '5')),
    backupGibibytes: parsePositive('backup-gib', values['backup-gib']),
    importRowCount: parsePositive('import-rows', values['import-rows']),
    backfillRowCount: parsePositive('backfill-rows', values['backfill-rows']),
    isReferenceSkipped: values['skip-influxd'],
    isSelfComparison: values.self,
    profileDir: values.profile,
  }
}

function parseParts(only: string[]): ReadonlySet<Part> {
  const names = only.flatMap((names) => names.split(','))
  if (names.length === 0) return new Set(PARTS.filter((part) => !EXTRA_PARTS.includes(part)))
  return new Set(
    names.map((name) => {
      const part = PARTS.find((part) => part === name)
      if (part === undefined) throw new Error(`--only ${name}: not one of ${PARTS.join(', ')}`)
      return part
    }),
  )
}

function parsePositive(flag: string, text: string): number {
  const value = Number(text)
  if (!(value > 0)) throw new Error(`--${flag} ${text}: not a positive number`)
  return value
}
