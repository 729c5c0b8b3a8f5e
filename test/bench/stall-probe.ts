/**
 * Loaded into our server with `node --import`: measures how late its event loop runs and writes the spread to the file
 * named in BENCH_STALL_FILE whenever the process receives SIGUSR2; the next spread starts empty.
 *
 * A timer fires every RESOLUTION_MS; what exceeds the interval is the stall.
 */
import { renameSync, writeFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { isMainThread } from 'node:worker_threads'

const RESOLUTION_MS = 5

const path = process.env['BENCH_STALL_FILE']
if (isMainThread && path !== undefined) watchEventLoop(path)

function watchEventLoop(path: string): void {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  histogram.enable()
  process.on('SIGUSR2', () => {
    const stallMs = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS)
    const spread = {
      count: histogram.count,
      p50Ms: stallMs(histogram.percentile(50)),
      p99Ms: stallMs(histogram.percentile(99)),
      maxMs: stallMs(histogram.max),
    }
    histogram.reset()
    writeFileSync(`${path}.new`, JSON.stringify(spread))
    renameSync(`${path}.new`, path)
  })
}
