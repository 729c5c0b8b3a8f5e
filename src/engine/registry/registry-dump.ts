/**
 * Registry entries ↔ a stream of bytes, as checkpoints hand them out and backups keep them. A stream that was cut off
 * or changed is noticed at its end.
 *
 *   | 'HBREG' 01 | entry… | end |
 *   entry: | key length u32 > 0 | value length u32 | key | value |
 *   end:   | 0 u32 | crc32 u32 of everything before the end |          numbers little-endian
 */

import { crc32 } from 'node:zlib'
import { HyperbyteError } from '../domain/errors.js'
import type { RegistryEntry } from './meta-store.js'

const MAGIC = Buffer.from('HBREG\x01', 'latin1')
const HEAD_BYTES = 8
/** Entries are handed on in pieces of about this size. */
const PIECE_BYTES = 256 * 1024

export async function* encodeRegistry(entries: AsyncIterable<RegistryEntry>): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = [MAGIC]
  let byteCount = MAGIC.length
  let sum = 0
  const take = (): Uint8Array => {
    const piece = Buffer.concat(parts, byteCount)
    parts = []
    byteCount = 0
    sum = crc32(piece, sum)
    return piece
  }
  for await (const { key, value } of entries) {
    parts.push(pairOf(key.length, value.length), key, value)
    byteCount += HEAD_BYTES + key.length + value.length
    if (byteCount >= PIECE_BYTES) yield take()
  }
  if (byteCount > 0) yield take()
  yield pairOf(0, sum)
}

/** Throws `corrupt` when the stream is not what was encoded, at the latest at its end. */
export async function* decodeRegistry(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<RegistryEntry> {
  const reader = new StreamReader(pieces)
  if (!MAGIC.equals(await reader.take(MAGIC.length))) throw damaged('it does not begin as one')
  for (;;) {
    const sum = reader.sum
    const [keyLength, second] = readPair(await reader.take(HEAD_BYTES))
    if (keyLength === 0) {
      if (second !== sum || !(await reader.isAtEnd())) throw damaged('its checksum is wrong')
      return
    }
    const entry = await reader.take(keyLength + second)
    yield { key: entry.subarray(0, keyLength), value: entry.subarray(keyLength) }
  }
}

/** Takes exact numbers of bytes from pieces of any size, and sums up what it took. */
class StreamReader {
  readonly #pieces: AsyncIterator<Uint8Array>
  #rest: Uint8Array = new Uint8Array(0)
  sum = 0

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.asyncIterator]()
  }

  async take(byteCount: number): Promise<Uint8Array> {
    const parts = [this.#rest]
    let length = this.#rest.length
    while (length < byteCount) {
      const { value, done } = await this.#pieces.next()
      if (done) throw damaged('it ends too early')
      parts.push(value)
      length += value.length
    }
    const joined = parts.length === 1 ? parts[0] : Buffer.concat(parts, length)
    this.#rest = joined.subarray(byteCount)
    const taken = joined.subarray(0, byteCount)
    this.sum = crc32(taken, this.sum)
    return taken
  }

  async isAtEnd(): Promise<boolean> {
    return this.#rest.length === 0 && (await this.#pieces.next()).done === true
  }
}

function pairOf(first: number, second: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(HEAD_BYTES)
  bytes.writeUInt32LE(first, 0)
  bytes.writeUInt32LE(second, 4)
  return bytes
}

function readPair(bytes: Uint8Array): [number, number] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return [view.getUint32(0, true), view.getUint32(4, true)]
}

function damaged(reason: string): HyperbyteError {
  return new HyperbyteError('corrupt', `the copy of the registry is damaged: ${reason}`)
}
