/**
 * Development mode only: a write to an unknown database makes it, with the policy that CREATE DATABASE gives. In
 * production this would hide a typing error in a client's configuration, so there the answer is 404.
 */

import { type Engine, HyperbyteError, type RetentionPolicy } from '../../engine/index.js'

const WEEK_NS = 604_800_000_000_000n
const POLICY: RetentionPolicy = { name: 'autogen', durationNs: 0n, shardGroupDurationNs: WEEK_NS, replication: 1 }

export async function createOnWrite(engine: Engine, database: string): Promise<void> {
  try {
    await engine.applyMeta({ kind: 'create-database', name: database, policy: POLICY })
  } catch (error) {
    // Another write was first.
    if (!(error instanceof HyperbyteError) || error.code !== 'conflict') throw error
  }
}
