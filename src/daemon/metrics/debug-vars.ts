/**
 * /debug/vars in InfluxDB's shape: one JSON object with a line per entry, `system`, `cmdline`, `memstats`, then
 * `"<name>[:<what>]": {name, tags, values}`. Telegraf's `inputs.influxdb` reads it; Go's memory numbers are filled with
 * Node's nearest.
 */

import type { Statistic } from '../../engine/index.js'

export interface DebugVarsSources {
  readonly statistics: readonly Statistic[]
  readonly startedAtMs: number
}

export function printDebugVars({ statistics, startedAtMs }: DebugVarsSources, nowMs: number): string {
  const entries: [string, unknown][] = [
    ['system', systemEntry(startedAtMs, nowMs)],
    ['cmdline', process.argv],
    ['memstats', memoryEntry()],
    ...statisticEntries(statistics),
  ]
  return `{\n${entries.map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`).join(',\n')}\n}\n`
}

/** Modules that there are several of are told apart by what they are about, or else by a number. */
function statisticEntries(statistics: readonly Statistic[]): [string, unknown][] {
  const entries = new Map<string, unknown>()
  for (const { name, tags, values } of statistics) {
    const about = tags?.bind ?? (name === 'database' ? tags?.database : undefined)
    const key = about === undefined ? name : `${name}:${about}`
    let unused = key
    for (let i = 1; entries.has(unused); i++) unused = `${key}:${i}`
    entries.set(unused, { name, tags: tags ?? (name === 'runtime' ? {} : null), values })
  }
  return [...entries]
}

function systemEntry(startedAtMs: number, nowMs: number): unknown {
  return {
    currentTime: new Date(nowMs).toISOString(),
    started: new Date(startedAtMs).toISOString(),
    uptime: Math.floor((nowMs - startedAtMs) / 1000),
  }
}

function memoryEntry(): Record<string, number> {
  const { heapTotal, heapUsed, rss } = process.memoryUsage()
  return {
    Alloc: heapUsed,
    TotalAlloc: heapUsed,
    Sys: rss,
    Lookups: 0,
    Mallocs: 0,
    Frees: 0,
    HeapAlloc: heapUsed,
    HeapSys: heapTotal,
    HeapIdle: heapTotal - heapUsed,
    HeapInuse: heapUsed,
    HeapReleased: 0,
    HeapObjects: 0,
    NextGC: 0,
    LastGC: 0,
    PauseTotalNs: 0,
    NumGC: 0,
    GCCPUFraction: 0,
  }
}
