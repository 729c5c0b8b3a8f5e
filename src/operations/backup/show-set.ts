/** One set: its manifest, and what it holds by measurement. */

import { BackupError } from './backup-error.js'
import type { Manifest } from './repository/manifest.js'
import type { Repository, SetCheck } from './repository/repository.js'

export interface TableContent {
  readonly database: string
  readonly retentionPolicy: string
  readonly measurement: string
  readonly files: number
  readonly rows: number
  readonly bytes: number
}

export interface ShownSet {
  readonly manifest: Manifest
  /** By database, policy and measurement, in the order of their names. */
  readonly tables: readonly TableContent[]
  readonly check: SetCheck | null
  readonly isPinned: boolean
}

/** `id` may be `latest`. */
export async function showSet(repository: Repository, id: string): Promise<ShownSet> {
  const entry = await findSet(repository, id)
  const manifest = await repository.manifest(entry.id)
  return { manifest, tables: tablesOf(manifest), check: await repository.check(entry.id), isPinned: entry.isPinned }
}

/** A complete set; throws `missing`. */
export async function findSet(repository: Repository, id: string) {
  const sets = await repository.completeSets()
  const entry = id === 'latest' ? sets.at(-1) : sets.find((set) => set.id === id)
  if (entry !== undefined) return entry
  const { location } = repository.store
  throw new BackupError('missing', `${location} has no ${id === 'latest' ? 'complete set' : `set ${id}`}`, {
    hint: `hyperbyte backup list --repo ${location}`,
  })
}

function tablesOf({ files }: Manifest): TableContent[] {
  const tables = new Map<string, TableContent>()
  for (const { database, retentionPolicy, measurement, rows, size } of files) {
    const key = JSON.stringify([database, retentionPolicy, measurement])
    const known = tables.get(key)
    tables.set(key, {
      database,
      retentionPolicy,
      measurement,
      files: (known?.files ?? 0) + 1,
      rows: (known?.rows ?? 0) + rows,
      bytes: (known?.bytes ?? 0) + size,
    })
  }
  return [...tables].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, table]) => table)
}
