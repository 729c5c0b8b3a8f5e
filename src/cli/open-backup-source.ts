/**
 * The database that the flags name, ready to be backed up: a running server's, or a stopped one's directory. Both keep a
 * note of the backup.
 */

import { printBackupNote } from '../client/backup-note.js'
import type { BackupNote, Checkpoint } from '../engine/index.js'
import { withClient } from './open-client.js'
import { type TargetFlagValues, withDirectory } from './open-target.js'

export interface BackupSource {
  openCheckpoint(): Promise<Checkpoint>
  noteBackup(note: BackupNote): Promise<void>
}

export async function withBackupSource<T>(
  flags: TargetFlagValues,
  run: (source: BackupSource) => Promise<T>,
): Promise<T> {
  const dataDir = flags['data-dir']
  if (dataDir !== undefined) {
    return await withDirectory(dataDir, ({ engine }) =>
      run({ openCheckpoint: () => engine.checkpoint(), noteBackup: (note) => engine.backups.add(note) }),
    )
  }
  const { RemoteCheckpoint } = await import('../client/remote-checkpoint.js')
  return await withClient(flags, (client) =>
    run({
      openCheckpoint: () => RemoteCheckpoint.open(client),
      noteBackup: async (note) => void (await client.postJson('/api/v1/backups', { search: printBackupNote(note) })),
    }),
  )
}
