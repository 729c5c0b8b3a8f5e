/**
 * What a backfill has done, one JSON line per slice and per look at a source it follows, on disk before the next begins: `journal.jsonl` of its state
 * directory. Only ever appended to. A line that a crash cut off is dropped at the next start; its slice is done again,
 * which changes nothing, because the same points written twice are the same points.
 */

import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs'
import type { TimeRange } from './time-ranges.js'

export interface DoneSlice extends TimeRange {
  readonly retentionPolicy: string
  readonly measurement: string
  readonly rowCount: number
  /** Field values. */
  readonly pointCount: number
  readonly rejectedCount: number
  readonly elapsedMs: number
  /** Name of the slice's file in a dump. */
  readonly file?: string
}

export type JournalEntry =
  | ({ readonly kind: 'done' } & DoneSlice)
  /** The slice is to be done again. */
  | ({ readonly kind: 'redo'; readonly retentionPolicy: string; readonly measurement: string } & TimeRange)
  /** The source has been followed up to this moment. */
  | { readonly kind: 'followed'; readonly untilMs: number }

export class Journal {
  readonly #handle: number
  readonly entries: JournalEntry[]

  private constructor(handle: number, entries: JournalEntry[]) {
    this.#handle = handle
    this.entries = entries
  }

  static open(path: string): Journal {
    const { entries, wholeBytes } = readJournalBytes(path)
    const handle = openSync(path, 'a')
    ftruncateSync(handle, wholeBytes)
    return new Journal(handle, entries)
  }

  /** On disk when it returns. */
  append(entry: JournalEntry): void {
    writeSync(this.#handle, encodeEntry(entry))
    fsyncSync(this.#handle)
    this.entries.push(entry)
  }

  close(): void {
    closeSync(this.#handle)
  }
}

/** For those who only look. */
export function readJournal(path: string): JournalEntry[] {
  return readJournalBytes(path).entries
}

/** Slices that are done and not to be redone, by policy and measurement. */
export function doneSlices(entries: readonly JournalEntry[]): DoneSlice[] {
  const done: DoneSlice[] = []
  for (const entry of entries) {
    if (entry.kind === 'done') done.push(entry)
    else if (entry.kind === 'redo') {
      const kept = done.filter((slice) => !isRedone(slice, entry))
      done.splice(0, done.length, ...kept)
    }
  }
  return done
}

/** null = it was not followed yet. */
export function followedUntilMs(entries: readonly JournalEntry[]): number | null {
  const last = entries.findLast(({ kind }) => kind === 'followed')
  return last?.kind === 'followed' ? last.untilMs : null
}

function isRedone(slice: DoneSlice, redo: Extract<JournalEntry, { kind: 'redo' }>): boolean {
  const isSame = slice.measurement === redo.measurement && slice.retentionPolicy === redo.retentionPolicy
  return isSame && slice.startNs < redo.endNs && redo.startNs < slice.endNs
}

function readJournalBytes(path: string): { entries: JournalEntry[]; wholeBytes: number } {
  if (!existsSync(path)) return { entries: [], wholeBytes: 0 }
  const bytes = readFileSync(path)
  const wholeBytes = bytes.lastIndexOf(0x0a) + 1
  const lines = bytes.toString('utf8', 0, wholeBytes).split('\n')
  return { entries: lines.filter((line) => line !== '').map(decodeEntry), wholeBytes }
}

function encodeEntry(entry: JournalEntry): string {
  return JSON.stringify(entry, (_, value) => (typeof value === 'bigint' ? String(value) : value)) + '\n'
}

function decodeEntry(line: string): JournalEntry {
  const entry = JSON.parse(line) as JournalEntry
  if (entry.kind === 'followed') return entry
  return { ...entry, startNs: BigInt(entry.startNs), endNs: BigInt(entry.endNs) }
}
