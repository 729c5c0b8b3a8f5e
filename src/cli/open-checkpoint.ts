/** The database that the flags name, ready to be checkpointed: a stopped one through an engine of our own. */

import type { Checkpoint } from '../engine/index.js'
import { type TargetFlagValues, withDirectory } from './open-target.js'
import { OperationError } from './operation-error.js'

export async function withCheckpoints<T>(
  flags: TargetFlagValues,
  run: (openCheckpoint: () => Promise<Checkpoint>) => Promise<T>,
): Promise<T> {
  const dataDir = flags['data-dir']
  if (dataDir !== undefined) return await withDirectory(dataDir, ({ engine }) => run(() => engine.checkpoint()))
  throw new OperationError('only a stopped database can be backed up', { exit: 'usage', hint: 'add --data-dir DIR' })
}
