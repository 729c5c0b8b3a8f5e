/**
 * `/api/v1/backups`: what backups were made of this database. Those who copy a checkpoint leave a note (POST) once their
 * copy is complete; it is kept through restarts.
 */

import { readBackupNote } from '../../../client/backup-note.js'
import { toDebugBackup } from '../../debug/to-debug-backup.js'
import type { Exchange } from '../exchange.js'
import type { ServerContext } from '../server-context.js'

export async function serveBackups({ engine, activity }: ServerContext, exchange: Exchange): Promise<void> {
  if (exchange.req.method === 'POST') {
    const note = readBackupNote((name) => exchange.param(name))
    if ('wrong' in note) return exchange.error(400, `${note.wrong} is missing or wrong`)
    await engine.backups.add(note)
    const { id, repository, verified } = note
    const word = verified === 'none' ? 'not read back' : 'read back'
    activity.events.add('info', 'backup', `${id} in ${repository}, ${word}`)
  }
  exchange.json(200, JSON.stringify({ backups: engine.backups.list().map(toDebugBackup) }))
}
