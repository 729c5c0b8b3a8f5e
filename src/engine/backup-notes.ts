/**
 * What is known of the backups that were made of this database: whoever has made one leaves a note here, so that the
 * database itself can say how old its last backup is. Kept in the registry, through restarts.
 */

import type { MetaStore } from './registry/meta-store.js'

export interface BackupNote {
  /** Of the set, in its repository. */
  readonly id: string
  /** The moment whose data it holds. */
  readonly timeNs: bigint
  /** Where it is, in the words of the machine that made it. */
  readonly repository: string
  readonly type: 'full' | 'incr'
  /** What was read back and compared before the set was made. */
  readonly verified: 'none' | 'new' | 'all'
  /** `part`: only some databases, policies or times. */
  readonly covers: 'all' | 'part'
  readonly byteCount: number
  /** What it added to the repository. */
  readonly addedByteCount: number
}

/** A fortnight of nightly backups, and some by hand. */
const NOTE_COUNT_MAX = 20

export class BackupNotes {
  readonly #store: Pick<MetaStore, 'apply' | 'backupNotes'>
  #notes: readonly BackupNote[] = []

  constructor(store: Pick<MetaStore, 'apply' | 'backupNotes'>) {
    this.#store = store
  }

  async load(): Promise<void> {
    this.#notes = ((await this.#store.backupNotes()) ?? []) as BackupNote[]
  }

  /** On disk when it resolves. A second note of one set takes the place of the first. */
  async add(note: BackupNote): Promise<void> {
    const others = this.#notes.filter(({ id, repository }) => id !== note.id || repository !== note.repository)
    this.#notes = [note, ...others].sort(newestFirst).slice(0, NOTE_COUNT_MAX)
    await this.#store.apply([{ kind: 'set-backup-notes', notes: this.#notes }])
  }

  /** Newest first. */
  list(): readonly BackupNote[] {
    return this.#notes
  }
}

function newestFirst(a: BackupNote, b: BackupNote): number {
  if (a.timeNs === b.timeNs) return 0
  return a.timeNs > b.timeNs ? -1 : 1
}
