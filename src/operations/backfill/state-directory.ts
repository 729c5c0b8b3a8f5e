/**
 * The directory that makes a backfill one that can go on:
 *
 *   plan.json      what is to be copied       journal.jsonl   which slices are done
 *   settings.json  from where to where        lock            who is at it
 */

import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { HyperbyteError } from '../../engine/index.js'
import { livenessOf, ownIdentity, type ProcessIdentity } from '../process-identity.js'
import { type BackfillPlan, parsePlan, planDocument } from './backfill-plan.js'
import { Journal, type JournalEntry, readJournal } from './journal.js'
import type { TypeChoice } from './settle-types.js'

/** Without secrets. */
export interface BackfillSettings {
  /** Base addresses of the target, or null when it is a directory. */
  readonly hosts: readonly string[] | null
  readonly dataDir: string | null
  readonly targetDatabase: string
  readonly choice: TypeChoice
}

export class StateDirectory {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  get hasPlan(): boolean {
    return existsSync(join(this.path, 'plan.json'))
  }

  readPlan(): BackfillPlan {
    return parsePlan(readFileSync(join(this.path, 'plan.json'), 'utf8'))
  }

  readSettings(): BackfillSettings {
    return JSON.parse(readFileSync(join(this.path, 'settings.json'), 'utf8')) as BackfillSettings
  }

  save(plan: BackfillPlan, settings: BackfillSettings): void {
    mkdirSync(this.path, { recursive: true })
    this.#write('settings.json', settings)
    this.#write('plan.json', planDocument(plan))
  }

  readJournal(): JournalEntry[] {
    return readJournal(join(this.path, 'journal.jsonl'))
  }

  openJournal(): Journal {
    return Journal.open(join(this.path, 'journal.jsonl'))
  }

  /**
   * Throws `locked` while another process is at it, or one elsewhere may be. Returns what gives the lock back. The lock is
   * there whole or not at all: nobody takes one half written for one that was left behind.
   */
  lock(): () => void {
    mkdirSync(this.path, { recursive: true })
    const path = join(this.path, 'lock')
    const whole = `${path}.${process.pid}`
    writeFileSync(whole, JSON.stringify(ownIdentity()) + '\n')
    try {
      for (let tries = 0; ; tries++) {
        try {
          linkSync(whole, path)
          return () => rmSync(path, { force: true })
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
          const owner = readLock(path)
          if (tries > 0 || owner === null || livenessOf(owner) !== 'gone') throw lockedError(path, owner)
          removeLeft(path, owner)
        }
      }
    } finally {
      rmSync(whole, { force: true })
    }
  }

  #write(name: string, document: unknown): void {
    const path = join(this.path, name)
    writeFileSync(`${path}.tmp`, JSON.stringify(document, null, 2) + '\n', { flush: true })
    renameSync(`${path}.tmp`, path)
  }
}

/**
 * The lock of a process that was killed. Another process may have put its own in the place of it by now: taken away under a
 * name of our own, it is looked at once more, and given back.
 */
function removeLeft(path: string, owner: ProcessIdentity): void {
  const taken = `${path}.${process.pid}.left`
  try {
    renameSync(path, taken)
  } catch (error) {
    // The other is just taking it away.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  try {
    if (JSON.stringify(readLock(taken)) !== JSON.stringify(owner)) linkSync(taken, path)
  } finally {
    rmSync(taken, { force: true })
  }
}

/** null: it cannot be read, so it is somebody's. */
function readLock(path: string): ProcessIdentity | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ProcessIdentity
  } catch {
    return null
  }
}

function lockedError(path: string, owner: ProcessIdentity | null): HyperbyteError {
  const who = owner === null ? 'another process' : `process ${owner.pid} on ${owner.host}`
  const isSure = owner !== null && livenessOf(owner) === 'running'
  const way = isSure ? '' : `; if it no longer runs, remove ${path}`
  return new HyperbyteError('locked', `${who} is working with ${dirname(path)}${way}`)
}
