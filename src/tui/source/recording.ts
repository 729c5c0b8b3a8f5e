/** Samples as lines of JSON: written while the dashboard runs, read again to look back. */

import { createWriteStream, readFileSync, type WriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import { toSnakeNames } from '../../client/read-shape.js'
import { readServerSample, type ServerSample } from '../../client/server-sample.js'

export class Recorder {
  readonly #stream: WriteStream
  #failure: Error | null = null

  /** Appends to the file. */
  constructor(path: string) {
    this.#stream = createWriteStream(path, { flags: 'a' })
    this.#stream.on('error', (error) => {
      this.#failure ??= error
    })
  }

  /** Throws what the last writes failed with, once. */
  record(sample: ServerSample): void {
    if (this.#failure !== null) throw this.#failure
    this.#stream.write(`${JSON.stringify(toSnakeNames(sample))}\n`)
  }

  /** Rejects when not everything has been written. */
  async close(): Promise<void> {
    this.#stream.end()
    await finished(this.#stream)
  }
}

/** Lines that are no sample are passed over: a recording that was cut short is still good. Throws when the file cannot be read. */
export function readRecording(path: string): readonly ServerSample[] {
  const samples: ServerSample[] = []
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const sample = readLine(line)
    if (sample !== null) samples.push(sample)
  }
  return samples.sort((a, b) => Date.parse(a.time) - Date.parse(b.time))
}

function readLine(line: string): ServerSample | null {
  try {
    const sample = readServerSample(JSON.parse(line))
    return Number.isFinite(Date.parse(sample.time)) ? sample : null
  } catch {
    return null
  }
}
