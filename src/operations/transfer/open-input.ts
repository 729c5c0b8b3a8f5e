/** A file or stdin as bytes, unpacked when it is gzip, with how much of it has been read. */

import { createReadStream, statSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'

export interface Input {
  readonly pieces: AsyncIterable<Buffer>
  /** Bytes of the file as it lies on disk; null for stdin. */
  readonly byteCount: number | null
  /** Of those, how many have been taken. */
  readonly readCount: () => number
}

const PIECE_BYTES = 1 << 20

/** `-` is stdin, which may be gzip too. Fails with the file system's error. */
export function openInput(path: string): Input {
  const byteCount = path === '-' ? null : statSync(path).size
  const source: Readable = path === '-' ? process.stdin : createReadStream(path, { highWaterMark: PIECE_BYTES })
  let readCount = 0
  const counted = count(source, (bytes) => {
    readCount += bytes
  })
  return { pieces: withoutMark(unpackIfGzip(counted)), byteCount, readCount: () => readCount }
}

const BYTE_ORDER_MARK = Buffer.of(0xef, 0xbb, 0xbf)

/** Some editors put one in front of everything; it is no part of the first measurement's name. */
async function* withoutMark(pieces: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const first = await pieces.next()
  if (first.done === true) return
  const isMarked = first.value.subarray(0, 3).equals(BYTE_ORDER_MARK)
  yield isMarked ? first.value.subarray(3) : first.value
  yield* pieces
}

/** Reads a packed file to its end. Throws what is wrong with it: DuckDB takes one that is cut short as whole. */
export async function checkPacked(path: string): Promise<void> {
  for await (const _ of openInput(path).pieces);
}

async function* count(source: Readable, onBytes: (byteCount: number) => void): AsyncGenerator<Buffer> {
  for await (const piece of source) {
    onBytes((piece as Buffer).length)
    yield piece as Buffer
  }
}

/** By its first bytes, whatever its name. */
async function* unpackIfGzip(pieces: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const first = await pieces.next()
  if (first.done === true) return
  if (!(first.value[0] === 0x1f && first.value[1] === 0x8b)) {
    yield first.value
    yield* pieces
    return
  }
  const gunzip = createGunzip({ chunkSize: PIECE_BYTES })
  const feeding = feed(gunzip, first.value, pieces)
  for await (const piece of gunzip) yield piece as Buffer
  await feeding
}

async function feed(
  gunzip: ReturnType<typeof createGunzip>,
  first: Buffer,
  rest: AsyncIterable<Buffer>,
): Promise<void> {
  try {
    gunzip.write(first)
    for await (const piece of rest) {
      if (!gunzip.write(piece)) await new Promise((resolve) => gunzip.once('drain', resolve))
    }
    gunzip.end()
  } catch (error) {
    gunzip.destroy(error as Error)
  }
}
