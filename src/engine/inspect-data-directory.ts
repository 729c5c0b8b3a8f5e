/** What lies in a data directory that nobody has open: for those who are about to replace it. */

import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { MetaStore } from './registry/meta-store.js'

export interface DirectoryContent {
  readonly database: string
  readonly fileCount: number
  /** In files; rows that are only in the log are not counted. */
  readonly rowCount: number
  readonly byteCount: number
}

/** By database; null when the directory holds no database. Throws `locked` when a process has it open. */
export async function inspectDataDirectory(dataDir: string): Promise<readonly DirectoryContent[] | null> {
  const metaDirectory = path.join(dataDir, 'meta')
  if (!(await readdir(metaDirectory).catch(() => [] as string[])).includes('CURRENT')) return null
  const store = await MetaStore.open(metaDirectory)
  try {
    const content = new Map<string, DirectoryContent>()
    const state = (await store.metaState()) as { databases: ReadonlyMap<string, unknown> } | null
    for (const database of state?.databases.keys() ?? []) {
      content.set(database, { database, fileCount: 0, rowCount: 0, byteCount: 0 })
    }
    for await (const { table, rowCount, byteCount } of store.files()) {
      const known = content.get(table.database)
      if (known === undefined) continue
      content.set(table.database, {
        database: table.database,
        fileCount: known.fileCount + 1,
        rowCount: known.rowCount + rowCount,
        byteCount: known.byteCount + byteCount,
      })
    }
    return [...content.values()]
  } finally {
    await store.close()
  }
}
