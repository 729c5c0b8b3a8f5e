/** Where an import of files is, so that it can go on: the files that are done and the position in the one under way. */

import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import type { ImportPosition } from './import-lines.js'

interface Document {
  readonly schema: 'hyperbyte.import.state/1'
  readonly done: readonly string[]
  readonly current: { readonly file: string; readonly position: ImportPosition } | null
}

/** Bodies come many times a second; the state need not. */
const SAVE_INTERVAL_MS = 500

export class ImportState {
  readonly #path: string | null
  readonly #done: Set<string>
  #current: Document['current']
  #savedMs = Number.NEGATIVE_INFINITY

  /** null: remembers nothing beyond this process. */
  constructor(path: string | null) {
    this.#path = path
    const saved = path !== null && existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Document) : null
    this.#done = new Set(saved?.done ?? [])
    this.#current = saved?.current ?? null
  }

  isDone(file: string): boolean {
    return this.#done.has(file)
  }

  /** null = from the start. */
  positionIn(file: string): ImportPosition | null {
    return this.#current?.file === file ? this.#current.position : null
  }

  /** Everything before `position` is stored. */
  note(file: string, position: ImportPosition): void {
    this.#current = { file, position }
    if (performance.now() - this.#savedMs >= SAVE_INTERVAL_MS) this.save()
  }

  finish(file: string): void {
    this.#done.add(file)
    this.#current = null
    this.save()
  }

  save(): void {
    if (this.#path === null) return
    const document: Document = { schema: 'hyperbyte.import.state/1', done: [...this.#done], current: this.#current }
    writeFileSync(`${this.#path}.tmp`, JSON.stringify(document) + '\n')
    renameSync(`${this.#path}.tmp`, this.#path)
    this.#savedMs = performance.now()
  }

  /** All is done: nothing to go on with. */
  remove(): void {
    if (this.#path !== null) rmSync(this.#path, { force: true })
  }
}
