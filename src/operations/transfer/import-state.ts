/**
 * Where an import of files is, so that it can go on: the files that are done and the positions in those under way. It holds
 * for one aim (where to, and how the files are read) and for files as they were: anything else begins anew.
 */

import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import type { ImportPosition } from './import-lines.js'

const SCHEMA = 'hyperbyte.import.state/3'

interface Document {
  readonly schema: typeof SCHEMA
  readonly aim: string
  readonly done: readonly string[]
  readonly positions: Readonly<Record<string, ImportPosition>>
  /** Of these files, what tells whether they are still the same. */
  readonly marks: Readonly<Record<string, string>>
}

/** Bodies come many times a second; the state need not. */
const SAVE_INTERVAL_MS = 500

export class ImportState {
  readonly #path: string | null
  readonly #aim: string
  readonly #done: Set<string>
  readonly #positions: Map<string, ImportPosition>
  /** Of the file as it was when it was asked about: what changes while it is read is another file next time. */
  readonly #marks = new Map<string, string>()
  #savedMs = Number.NEGATIVE_INFINITY

  /** null: remembers nothing beyond this process. */
  constructor(path: string | null, aim: string) {
    this.#path = path
    this.#aim = aim
    const saved = path === null ? null : readState(path, aim)
    const marks = new Map(Object.entries(saved?.marks ?? {}))
    const isSame = (file: string): boolean => this.#markOf(file) !== '' && marks.get(file) === this.#markOf(file)
    this.#done = new Set(saved?.done.filter(isSame) ?? [])
    this.#positions = new Map(Object.entries(saved?.positions ?? {}).filter(([file]) => isSame(file)))
  }

  /** Also takes note of what the file is now, before it is read. */
  isDone(file: string): boolean {
    this.#markOf(file)
    return this.#done.has(file)
  }

  /** null = from the start. */
  positionIn(file: string): ImportPosition | null {
    return this.#positions.get(file) ?? null
  }

  /** Everything before `position` is stored. */
  note(file: string, position: ImportPosition): void {
    this.#markOf(file)
    this.#positions.set(file, position)
    if (performance.now() - this.#savedMs >= SAVE_INTERVAL_MS) this.save()
  }

  finish(file: string): void {
    this.#markOf(file)
    this.#done.add(file)
    this.#positions.delete(file)
    this.save()
  }

  save(): void {
    if (this.#path === null) return
    const positions = Object.fromEntries(this.#positions)
    const marks = Object.fromEntries(this.#marks)
    const document: Document = { schema: SCHEMA, aim: this.#aim, done: [...this.#done], positions, marks }
    writeFileSync(`${this.#path}.tmp`, JSON.stringify(document) + '\n')
    renameSync(`${this.#path}.tmp`, this.#path)
    this.#savedMs = performance.now()
  }

  /** All is done: nothing to go on with. */
  remove(): void {
    if (this.#path !== null) rmSync(this.#path, { force: true })
  }

  #markOf(file: string): string {
    let mark = this.#marks.get(file)
    if (mark === undefined) {
      const facts = statSync(file, { throwIfNoEntry: false })
      mark = facts === undefined ? '' : `${facts.size} ${facts.mtimeMs}`
      this.#marks.set(file, mark)
    }
    return mark
  }
}

/** null: there is none, or another version's or aim's; importing from the start changes nothing. */
function readState(path: string, aim: string): Document | null {
  if (!existsSync(path)) return null
  const document = JSON.parse(readFileSync(path, 'utf8')) as Document
  return document.schema === SCHEMA && document.aim === aim ? document : null
}
