/**
 * The directory that makes a backfill one that can go on:
 *
 *   plan.json      what is to be copied       journal.jsonl   which slices are done
 *   settings.json  from where to where        lock            who is at it
 */

import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { HyperbyteError } from '../../engine/index.js'
import { type BackfillPlan, parsePlan } from './backfill-plan.js'
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
    this.#write('plan.json', plan)
  }

  readJournal(): JournalEntry[] {
    return readJournal(join(this.path, 'journal.jsonl'))
  }

  openJournal(): Journal {
    return Journal.open(join(this.path, 'journal.jsonl'))
  }

  /** Throws `locked` while another process is at it. Returns what gives the lock back. */
  lock(): () => void {
    mkdirSync(this.path, { recursive: true })
    const path = join(this.path, 'lock')
    for (let tries = 0; ; tries++) {
      try {
        const handle = openSync(path, 'wx')
        writeFileSync(handle, String(process.pid))
        closeSync(handle)
        return () => rmSync(path, { force: true })
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
        const owner = Number(readFileSync(path, 'utf8'))
        if (tries > 0 || isRunning(owner)) {
          throw new HyperbyteError('locked', `process ${owner} is working with ${this.path}`)
        }
        // Left behind by a process that was killed.
        rmSync(path, { force: true })
      }
    }
  }

  #write(name: string, document: unknown): void {
    const path = join(this.path, name)
    writeFileSync(`${path}.tmp`, JSON.stringify(document, null, 2) + '\n')
    renameSync(`${path}.tmp`, path)
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
