/** The database that the flags name, ready to be checkpointed: a running server's, or a stopped one's directory. */

import type { Checkpoint } from '../engine/index.js'
import { withClient } from './open-client.js'
import { type TargetFlagValues, withDirectory } from './open-target.js'

export async function withCheckpoints<T>(
  flags: TargetFlagValues,
  run: (openCheckpoint: () => Promise<Checkpoint>) => Promise<T>,
): Promise<T> {
  const dataDir = flags['data-dir']
  if (dataDir !== undefined) return await withDirectory(dataDir, ({ engine }) => run(() => engine.checkpoint()))
  const { RemoteCheckpoint } = await import('../client/remote-checkpoint.js')
  return await withClient(flags, (client) => run(() => RemoteCheckpoint.open(client)))
}
