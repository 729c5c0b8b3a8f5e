/**
 * The server's answer to dashboards. A sample is put together once a second at most, however many ask; between two it is
 * the same text.
 */

import type { Histogram } from 'prom-client'
import { toSnakeNames } from '../../client/read-shape.js'
import type { HistogramSample } from '../../client/server-sample.js'
import type { Engine } from '../../engine/index.js'
import type { ServerActivity } from '../activity/server-activity.js'
import type { RequestMetrics } from '../metrics/request-metrics.js'
import { buildSample } from './build-sample.js'
import { GrowthHistory } from './growth-history.js'
import { ProcessFacts, readDisk } from './process-facts.js'

const SAMPLE_AGE_MS_MAX = 1000
const WATCH_INTERVAL_MS = 60_000

export interface StatusSources {
  readonly engine: Engine
  readonly requests: RequestMetrics
  readonly activity: ServerActivity
  readonly version: string
  readonly dataDir: string
  readonly startedAtMs: number
  readonly backupAgeMsMax: number | null
  readonly nowMs: () => number
}

export class ServerStatus {
  readonly #sources: StatusSources
  readonly #facts: ProcessFacts
  readonly #growth = new GrowthHistory()
  readonly #timer: NodeJS.Timeout
  #text: Promise<string> | null = null
  #builtAtMs = Number.NEGATIVE_INFINITY

  constructor(sources: StatusSources) {
    this.#sources = sources
    this.#facts = new ProcessFacts(sources.dataDir)
    this.#timer = setInterval(() => void this.#watchGrowth(), WATCH_INTERVAL_MS)
    this.#timer.unref()
    void this.#watchGrowth()
  }

  /** JSON. `address`: where the asker found us. */
  sample(address: string): Promise<string> {
    const nowMs = this.#sources.nowMs()
    if (this.#text === null || Math.abs(nowMs - this.#builtAtMs) >= SAMPLE_AGE_MS_MAX) {
      this.#builtAtMs = nowMs
      this.#text = this.#build(address, nowMs)
    }
    return this.#text
  }

  close(): void {
    clearInterval(this.#timer)
    this.#facts.rest()
  }

  async #build(address: string, nowMs: number): Promise<string> {
    const { engine, requests } = this.#sources
    const [slow, writeLatency, queryLatency] = await Promise.all([
      this.#facts.slow(nowMs),
      readHistogram(requests.writeLatency),
      readHistogram(requests.queryLatency),
    ])
    const sample = buildSample({
      ...this.#sources,
      nowMs,
      address,
      stats: engine.stats(),
      insight: engine.insight,
      backups: engine.backups.list(),
      queries: engine.runningQueries(),
      slow,
      writeLatency,
      queryLatency,
      growth: this.#growth,
    })
    return JSON.stringify(toSnakeNames(sample))
  }

  async #watchGrowth(): Promise<void> {
    const { engine, nowMs, dataDir } = this.#sources
    if (nowMs() - this.#builtAtMs > WATCH_INTERVAL_MS) this.#facts.rest()
    if (!this.#growth.isDue(nowMs())) return
    const { usedBytes } = await readDisk(dataDir)
    const databases = new Map(engine.insight.databases().map(({ name, byteCount }) => [name, byteCount]))
    this.#growth.add({ atMs: nowMs(), usedBytes, databases })
  }
}

/** Prometheus counts everything below each bound; here each bucket is for itself. */
async function readHistogram(histogram: Histogram): Promise<HistogramSample> {
  const { values } = await histogram.get()
  const buckets = values.filter(({ metricName }) => metricName?.endsWith('_bucket'))
  const bounds = buckets.map(({ labels }) => Number(labels['le'])).filter((bound) => Number.isFinite(bound))
  const counts = buckets.map(({ value }, i) => value - (buckets[i - 1]?.value ?? 0))
  return { boundsSeconds: bounds, counts }
}
