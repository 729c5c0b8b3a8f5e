/**
 * The load, written to disk before anything is timed: batches of lines one after another, and where each begins. A
 * loader then only reads and sends, which leaves the processors to the server under test.
 */
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { generateLines, type LoadShape } from './devops-load.js'

export type LoadBatch = { offset: number; length: number; rowCount: number }
export type LoadFile = { path: string; batches: LoadBatch[]; rowCount: number; bytes: number }

export function writeLoadFile(path: string, shape: LoadShape, batchRowCount: number): LoadFile {
  const file = openSync(path, 'w')
  const batches: LoadBatch[] = []
  let offset = 0
  let rowCount = 0
  let lines: string[] = []
  const endBatch = () => {
    if (lines.length === 0) return
    const length = writeSync(file, `${lines.join('\n')}\n`, offset, 'latin1')
    batches.push({ offset, length, rowCount: lines.length })
    offset += length
    rowCount += lines.length
    lines = []
  }
  for (const line of generateLines(shape)) {
    lines.push(line)
    if (lines.length === batchRowCount) endBatch()
  }
  endBatch()
  // The pages must not be written back while a server under test waits for its own fsync.
  fsyncSync(file)
  closeSync(file)
  return { path, batches, rowCount, bytes: offset }
}
