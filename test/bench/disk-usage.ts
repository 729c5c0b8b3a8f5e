/** What a folder takes on disk, in allocated blocks as `du` counts them, and waiting until it stops changing. */
import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export type DiskUsage = { bytes: number; fileCount: number; byFolder: Record<string, number> }

const BLOCK_BYTES = 512

export function diskUsageOf(folder: string): DiskUsage {
  const usage: DiskUsage = { bytes: 0, fileCount: 0, byFolder: {} }
  for (const entry of readdirSync(folder, { recursive: true }).map(String)) {
    const stat = lstatSync(join(folder, entry), { throwIfNoEntry: false })
    if (stat === undefined) continue
    const bytes = stat.blocks * BLOCK_BYTES
    const top = entry.split('/')[0]!
    usage.bytes += bytes
    usage.byFolder[top] = (usage.byFolder[top] ?? 0) + bytes
    if (stat.isFile()) usage.fileCount++
  }
  return usage
}

/** Waits until names, sizes and times of all files have stayed the same for `quietMs`; gives up after `timeoutMs`. */
export async function waitUntilStable(
  folder: string,
  limits: { quietMs: number; timeoutMs: number },
): Promise<boolean> {
  const endMs = performance.now() + limits.timeoutMs
  let seen = fingerprintOf(folder)
  let quietSinceMs = performance.now()
  while (performance.now() < endMs) {
    if (performance.now() - quietSinceMs >= limits.quietMs) return true
    await sleep(250)
    const now = fingerprintOf(folder)
    if (now === seen) continue
    seen = now
    quietSinceMs = performance.now()
  }
  return false
}

function fingerprintOf(folder: string): string {
  return readdirSync(folder, { recursive: true })
    .map((entry) => {
      const stat = lstatSync(join(folder, String(entry)), { throwIfNoEntry: false })
      return stat?.isFile() ? `${entry} ${stat.size} ${stat.mtimeMs}` : ''
    })
    .sort()
    .join('\n')
}
