/**
 * A data directory from the parts of a checkpoint: the registry's entries and the log's records as they are, and a place
 * for each Parquet file. What a start finds afterwards is what it would have found after a crash at the checkpoint.
 */

import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { HyperbyteError } from './domain/errors.js'
import { syncPath } from './domain/sync-path.js'
import { MetaStore, type RegistryEntry } from './registry/meta-store.js'
import { Wal } from './wal/wal.js'

export interface DataDirectoryParts {
  readonly entries: AsyncIterable<RegistryEntry>
  /** One record each, sequences without a gap from the entries' flushed position on. */
  readonly records: AsyncIterable<Uint8Array>
}

export interface RestoredDirectory {
  /** Where the file of a registry entry belongs; makes the directories above it. Throws `corrupt` for a path that leads out. */
  filePath(relativePath: string): Promise<string>
  /** Makes the names of all files durable; their content is the writer's to sync. */
  sync(): Promise<void>
}

/** Throws `conflict` when the directory has a registry or a log. */
export async function restoreDataDirectory(
  dataDir: string,
  { entries, records }: DataDirectoryParts,
): Promise<RestoredDirectory> {
  const wal = path.join(dataDir, 'wal')
  const found = await readdir(wal).catch(() => [] as string[])
  if (found.length > 0) throw new HyperbyteError('conflict', `${wal} is not empty`)
  await MetaStore.restore(path.join(dataDir, 'meta'), entries)
  await Wal.restore(wal, records)
  return openRestored(dataDir)
}

/**
 * Puts what `rewrite` makes of the registry's entries in their place. Nobody may have the directory open, and its log has
 * to be empty: an engine that was closed in order leaves it so.
 */
export async function rewriteRegistry(
  dataDir: string,
  rewrite: (entries: AsyncIterable<RegistryEntry>) => AsyncIterable<RegistryEntry>,
): Promise<void> {
  const [old, next] = [path.join(dataDir, 'meta'), path.join(dataDir, 'meta-rewritten')]
  await rm(next, { recursive: true, force: true })
  const store = await MetaStore.open(old)
  try {
    const snapshot = store.snapshot()
    await MetaStore.restore(next, rewrite(snapshot.entries()))
    await snapshot.close()
  } finally {
    await store.close()
  }
  await rm(old, { recursive: true })
  await rename(next, old)
  await syncPath(dataDir)
}

/** The same directory again, to go on with its files. */
export function openRestored(dataDir: string): RestoredDirectory {
  const root = path.join(dataDir, 'data')
  const directories = new Set<string>([dataDir, root])
  return {
    filePath: async (relativePath) => {
      const file = path.join(root, relativePath)
      if (!file.startsWith(root + path.sep)) throw new HyperbyteError('corrupt', `${relativePath} leads out of ${root}`)
      for (let directory = path.dirname(file); directory !== root; directory = path.dirname(directory)) {
        directories.add(directory)
      }
      await mkdir(path.dirname(file), { recursive: true })
      return file
    },
    sync: async () => {
      await mkdir(root, { recursive: true })
      for (const directory of directories) await syncPath(directory)
      await syncPath(path.dirname(dataDir))
    },
  }
}
