/** Bytes on disk for each row, right after the load and after the server has compacted as far as it will. */
import { setTimeout as sleep } from 'node:timers/promises'
import { BenchServer } from './bench-server.js'
import { LOAD_START_S } from './devops-load.js'
import { type DiskUsage, diskUsageOf, waitUntilStable } from './disk-usage.js'
import { loadedFolder } from './measure-ingest.js'
import type { ServerKind } from './server-kinds.js'

export type DiskResult = {
  server: string
  bytesPerRowAfterLoad: number
  bytesPerRow: number
  isSettled: boolean
  usage: DiskUsage
}

const MIN_SETTLE_MS = 12_000

export async function measureDisk(
  kinds: readonly ServerKind[],
  options: { workDir: string; rowCount: number },
): Promise<DiskResult[]> {
  const results: DiskResult[] = []
  for (const kind of kinds) {
    const folder = loadedFolder(options.workDir, kind)
    const server = await BenchServer.start(kind, folder, 'settle')
    const afterLoad = diskUsageOf(server.dataDir)
    // One more point: after a restart influxd keeps its old write-ahead log until somebody writes to the shard again.
    await server.write(`settle value=1i ${LOAD_START_S}000000000`)
    // influxd looks for cold shards every ten seconds; before that its files are still, but not settled.
    await sleep(MIN_SETTLE_MS)
    const isSettled = await waitUntilStable(server.dataDir, { quietMs: 5_000, timeoutMs: 90_000 })
    await server.stop()
    const usage = diskUsageOf(server.dataDir)
    results.push({
      server: kind.name,
      bytesPerRowAfterLoad: afterLoad.bytes / options.rowCount,
      bytesPerRow: usage.bytes / options.rowCount,
      isSettled,
      usage,
    })
  }
  return results
}
