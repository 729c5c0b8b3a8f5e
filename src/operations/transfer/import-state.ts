/** Where an import of files is, so that it can go on: the files that are done and the positions in those under way. */

import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import type { ImportPosition } from './import-lines.js'

const SCHEMA = 'hyperbyte.import.state/2'

interface Document {
  readonly schema: typeof SCHEMA
  readonly done: readonly string[]
  readonly positions: Readonly<Record<string, ImportPosition>>
}

/** Bodies come many times a second; the state need not. */
const SAVE_INTERVAL_MS = 500

export class ImportState {
  readonly #path: string | null
  readonly #done: Set<string>
  readonly #positions: Map<string, ImportPosition>
  #savedMs = Number.NEGATIVE_INFINITY

  /** null: remembers nothing beyond this process. */
  constructor(path: string | null) {
    this.#path = path
    const saved = path === null ? null : readState(path)
    this.#done = new Set(saved?.done ?? [])
    this.#positions = new Map(Object.entries(saved?.positions ?? {}))
  }

  isDone(file: string): boolean {
    return this.#done.has(file)
  }

  /** null = from the start. */
  positionIn(file: string): ImportPosition | null {
    return this.#positions.get(file) ?? null
  }

  /** Everything before `position` is stored. */
  note(file: string, position: ImportPosition): void {
    this.#positions.set(file, position)
    if (performance.now() - this.#savedMs >= SAVE_INTERVAL_MS) this.save()
  }

  finish(file: string): void {
    this.#done.add(file)
    this.#positions.delete(file)
    this.save()
  }

  save(): void {
    if (this.#path === null) return
    const positions = Object.fromEntries(this.#positions)
    const document: Document = { schema: SCHEMA, done: [...this.#done], positions }
    writeFileSync(`${this.#path}.tmp`, JSON.stringify(document) + '\n')
    renameSync(`${this.#path}.tmp`, this.#path)
    this.#savedMs = performance.now()
  }

  /** All is done: nothing to go on with. */
  remove(): void {
    if (this.#path !== null) rmSync(this.#path, { force: true })
  }
}

/** null: there is none, or another version's; importing from the start changes nothing. */
function readState(path: string): Document | null {
  if (!existsSync(path)) return null
  const document = JSON.parse(readFileSync(path, 'utf8')) as Document
  return document.schema === SCHEMA ? document : null
}
