/**
 * Rows from line protocol to columns per second of processor time (garbage collection included), and in the best batch.
 * Run: `npx tsc --noEmit false --outDir build && node build/test/bench/parse-line-protocol.bench.js [seconds] [name]`.
 */

import { parseLineProtocol } from '../../src/engine/line-protocol/line-protocol-parser.js'
import { MemorySeriesTable } from '../../src/engine/metadata/memory-series-table.js'

const BATCH_ROWS = 5000
/** 100 ms or more: the optimising compiler is done by then. */
const WARM_UP_BATCHES = 40
const HOST_COUNT = 1000
const START_NS = 1_451_606_400_000_000_000n

const CPU_FIELDS = 'user system idle nice iowait irq softirq steal guest guest_nice'.split(' ')

/** TSBS `cpu`: 10 tags, 10 integers. */
function cpuLine(row: number): string {
  const host = row % HOST_COUNT
  const tags =
    `hostname=host_${host},region=eu-central-1,datacenter=eu-central-1a,rack=${host % 100},os=Ubuntu15.10,` +
    `arch=x86,team=SF,service=${host % 20},service_version=${host % 2},service_environment=production`
  const fields = CPU_FIELDS.map((name, i) => `usage_${name}=${(row * 7 + i * 13) % 101}i`).join(',')
  return `cpu,${tags} ${fields} ${timeOf(row)}`
}

function timeOf(row: number): bigint {
  return START_NS + BigInt(Math.floor(row / HOST_COUNT)) * 10_000_000_000n
}

const LINES: Record<string, (row: number) => string> = {
  cpu: cpuLine,
  'cpu, own timestamps': (row) => cpuLine(row).replace(/\d+$/, String(START_NS + BigInt(row) * 1_000_003n)),
  short: (row) => `m,host=h${row % HOST_COUNT} value=${row % 97} ${timeOf(row)}`,
  strings: (row) => `log,host=h${row % HOST_COUNT} level="warning",message="request ${row} took long" ${timeOf(row)}`,
  'floats, 6 digits': (row) =>
    `f,host=h${row % HOST_COUNT} a=${(row * 0.37).toFixed(4)},b=-${(row / 7).toFixed(3)} ${timeOf(row)}`,
  'floats, 17 digits': (row) =>
    `f,host=h${row % HOST_COUNT} a=${Math.sqrt(row + 2)},b=-${Math.log(row + 2)} ${timeOf(row)}`,
  'alternating fields': (row) =>
    `a,host=h${row % HOST_COUNT} a=1i,${row % 3 === 0 ? 'b=2i,' : ''}c=3i,d=true ${timeOf(row)}`,
  'unsorted tags': (row) => `u,z=1,host=h${row % HOST_COUNT},a=5 value=${row % 97}i ${timeOf(row)}`,
}

function makeBodies(line: (row: number) => string): Uint8Array[] {
  return Array.from({ length: 4 }, (_, batch) => {
    const rows = Array.from({ length: BATCH_ROWS }, (_, i) => line(batch * BATCH_ROWS + i))
    return Buffer.from(`${rows.join('\n')}\n`)
  })
}

const seconds = Number(process.argv[2] ?? 1)
for (const [name, line] of Object.entries(LINES)) {
  if (process.argv[3] !== undefined && process.argv[3] !== name) continue
  const bodies = makeBodies(line)
  const table = new MemorySeriesTable()
  const options = { table, precision: 'ns', nowNs: START_NS } as const
  const samples: number[] = []
  const stop = performance.now() + seconds * 1000
  let cpuStart = process.cpuUsage()
  for (let i = 0; performance.now() < stop || i < WARM_UP_BATCHES * 2; i++) {
    if (i === WARM_UP_BATCHES) cpuStart = process.cpuUsage()
    const start = performance.now()
    const { batch, errors } = parseLineProtocol(bodies[i % bodies.length], options)
    if (i >= WARM_UP_BATCHES) samples.push(performance.now() - start)
    if (batch.rowCount !== BATCH_ROWS || errors.length > 0) throw new Error(`${name}: ${errors[0]}`)
  }
  const cpu = process.cpuUsage(cpuStart)
  const perCpuSecond = (samples.length * BATCH_ROWS) / (cpu.user + cpu.system)
  samples.sort((a, b) => a - b)
  const best = BATCH_ROWS / samples[0] / 1000
  const bytes = bodies[0].length / BATCH_ROWS
  console.log(
    `${name.padEnd(20)} ${bytes.toFixed(0).padStart(4)} B/line  ${perCpuSecond.toFixed(2)} M rows per CPU second  best batch ${best.toFixed(2)} M rows/s`,
  )
}
