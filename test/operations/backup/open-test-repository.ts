/** A database to back up, a repository directory, and shorthands for both directions. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Engine } from '../../../src/engine/index.js'
import { BytePace } from '../../../src/operations/backup/byte-pace.js'
import { type CreateOptions, type CreateOutcome, createBackup } from '../../../src/operations/backup/create-backup.js'
import { NO_RULES } from '../../../src/operations/backup/plan-retention.js'
import {
  type PruneOptions,
  type PruneOutcome,
  pruneRepository,
} from '../../../src/operations/backup/prune-repository.js'
import { NO_RENAMES } from '../../../src/operations/backup/selection.js'
import { DirectoryStore } from '../../../src/operations/backup/store/directory-store.js'
import {
  type VerifyOptions,
  type VerifyOutcome,
  verifyRepository,
} from '../../../src/operations/backup/verify-repository.js'
import { NO_PROGRESS } from '../../../src/operations/progress.js'
import {
  type RestoreDirectoryOptions,
  type RestoreOutcome,
  restoreDirectory,
} from '../../../src/operations/restore/restore-directory.js'
import { openAt, openTestEngine, type TestEngine } from '../../engine/open-test-engine.js'

export interface TestRepository {
  readonly source: TestEngine
  readonly folder: string
  readonly store: DirectoryStore
  /** A full backup is never due by age. */
  create(options?: Partial<CreateOptions>): Promise<CreateOutcome>
  /** All sets, every byte. */
  verify(options?: Partial<VerifyOptions>): Promise<VerifyOutcome>
  /** By no rule. */
  prune(options?: Partial<PruneOptions>): Promise<PruneOutcome>
  /** Into `folder/NAME`. */
  restore(name: string, options?: Partial<RestoreDirectoryOptions>): Promise<RestoreOutcome>
  /** Asks the database that was restored into `folder/NAME`. */
  askRestored(name: string, text: string, database?: string): Promise<string[]>
  remove(): Promise<void>
}

export function testPace(signal: AbortSignal = new AbortController().signal): BytePace {
  return new BytePace({ bytesPerSecond: null, progress: NO_PROGRESS, signal })
}

export async function openTestRepository(): Promise<TestRepository> {
  const folder = await mkdtemp(path.join(tmpdir(), 'hyperbyte-backup-'))
  // A set is called by its second: each backup of a test is a minute after the one before.
  let nowNs = 1_700_000_000_000_000_000n
  const source = await openTestEngine({ nowNs: () => nowNs })
  const store = new DirectoryStore(path.join(folder, 'repo'))
  return {
    source,
    folder,
    store,
    create: (options) => {
      nowNs += 60_000_000_000n
      return createBackup({
        store,
        openCheckpoint: () => source.engine.checkpoint(),
        type: 'auto',
        fullEveryMs: Number.POSITIVE_INFINITY,
        selection: null,
        jobCount: 2,
        verify: 'new',
        compression: 'auto',
        labels: {},
        waitLockMs: 0,
        program: 'test',
        isDryRun: false,
        pace: testPace(),
        ...options,
      })
    },
    verify: (options) =>
      verifyRepository({
        store,
        setId: null,
        readShare: 1,
        jobCount: 2,
        waitLockMs: 0,
        nowMs: Date.now(),
        pace: testPace(),
        ...options,
      }),
    prune: (options) =>
      pruneRepository({
        store,
        rules: NO_RULES,
        isPartialOnly: false,
        isDryRun: false,
        nowMs: Date.now(),
        waitLockMs: 0,
        pace: testPace(),
        ...options,
      }),
    restore: (name, options) =>
      restoreDirectory({
        store,
        into: path.join(folder, name),
        choice: { kind: 'latest' },
        selection: null,
        renames: NO_RENAMES,
        ifExists: 'fail',
        isResumed: false,
        isVerified: false,
        isDryRun: false,
        jobCount: 2,
        waitLockMs: 0,
        pace: testPace(),
        withEngine,
        ...options,
      }),
    askRestored: async (name, text, database) => {
      const opened = await openAt(path.join(folder, name), {})
      try {
        return await opened.ask(text, database)
      } finally {
        await opened.engine.close()
      }
    },
    remove: async () => {
      await source.remove()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export async function withEngine<T>(dataDir: string, run: (engine: Engine) => Promise<T>): Promise<T> {
  const { engine } = await openAt(dataDir, {})
  try {
    return await run(engine)
  } finally {
    await engine.close()
  }
}
