/** `--from-node` against the node that answered. A database of one node is node 0, and its own leader. */

import type { CheckpointInfo } from '../../engine/index.js'
import { BackupError } from './backup-error.js'

/** `asked`: an id, `leader`, `follower`; null = whoever. Throws `missing` when it is another node. */
export function checkNode(asked: string | null, { nodeId }: Pick<CheckpointInfo, 'nodeId'>): void {
  if (asked === null || asked === 'leader' || asked === String(nodeId)) return
  const hint = 'leave --from-node out: there is one node, and a backup disturbs it little; --rate 50MiB makes it less'
  if (asked === 'follower')
    throw new BackupError('missing', 'there is no follower: the database has one node', { hint })
  if (/^\d+$/.test(asked)) {
    throw new BackupError('missing', `there is no node ${asked}: the database has one node, ${nodeId}`, { hint })
  }
  throw new BackupError('usage', `--from-node ${asked} is no node`, { hint: '--from-node leader, follower or an id' })
}
