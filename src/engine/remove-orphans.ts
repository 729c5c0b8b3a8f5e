/**
 * Parquet files that the registry does not know: what a crash left between writing a file and registering it. They are
 * removed once they are old enough that nobody can still be about to register them.
 */

import { readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'

/** Removes them and returns their paths, relative to the directory. */
export async function removeOrphans(
  directory: string,
  isRegistered: (relativePath: string) => boolean,
  newestMs: number,
): Promise<string[]> {
  const removed: string[] = []
  const names = await readdir(directory, { recursive: true }).catch(() => [])
  for (const name of names) {
    if (!/\.parquet(\.tmp)?$/.test(name) || isRegistered(name.split(path.sep).join('/'))) continue
    const file = path.join(directory, name)
    // Gone meanwhile: it was somebody's.
    const found = await stat(file).catch(() => null)
    if (found === null || found.mtimeMs > newestMs) continue
    await rm(file, { force: true })
    removed.push(name)
  }
  return removed
}
