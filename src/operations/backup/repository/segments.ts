/**
 * A stream of any length as blobs: cut into segments, each packed with gzip unless that is not wanted or gains nothing, and
 * stored under its hash. Memory stays bounded, a backup that is run again finds the segments that are there, and equal segments are stored once.
 */

import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { BackupError } from '../backup-error.js'
import type { Repository } from './repository.js'
import { sha256Of } from './sealed-document.js'

const pack = promisify(gzip)
const unpack = promisify(gunzip)

/** Before packing; the log of a busy server is a few dozen of these. */
const SEGMENT_BYTES = 16 * 2 ** 20

/** Half the default level's time for a tenth more bytes. */
const PACK_LEVEL = 3

/** `auto`: gzip where it makes a segment smaller. */
export type Compression = 'auto' | 'none'

export interface Segment {
  readonly sha256: string
  /** As stored. */
  readonly size: number
  readonly unpackedSize: number
  /** Absent means gzip. */
  readonly packing?: 'gzip' | 'none'
}

export interface SegmentedBlob {
  readonly unpackedSize: number
  readonly segments: readonly Segment[]
}

export interface StoredSegments extends SegmentedBlob {
  readonly addedBytes: number
  readonly addedCount: number
}

export async function storeSegments(
  repository: Repository,
  pieces: AsyncIterable<Uint8Array>,
  compression: Compression,
  onBytes: (byteCount: number) => Promise<void>,
): Promise<StoredSegments> {
  const segments: Segment[] = []
  let addedBytes = 0
  let addedCount = 0
  const store = async (bytes: Uint8Array): Promise<void> => {
    const packed = compression === 'none' ? bytes : await pack(bytes, { level: PACK_LEVEL })
    const isSmaller = packed.length < bytes.length
    const stored = isSmaller ? packed : bytes
    const segment: Segment = {
      sha256: sha256Of(stored),
      size: stored.length,
      unpackedSize: bytes.length,
      packing: isSmaller ? 'gzip' : 'none',
    }
    if (!(await repository.hasBlob(segment.sha256, segment.size))) {
      await repository.writeBlob(segment.sha256, segment.size, onePiece(stored))
      addedBytes += stored.length
      addedCount++
    }
    segments.push(segment)
    await onBytes(bytes.length)
  }
  for await (const bytes of cut(pieces)) await store(bytes)
  const unpackedSize = segments.reduce((sum, segment) => sum + segment.unpackedSize, 0)
  return { unpackedSize, segments, addedBytes, addedCount }
}

/** The stream again. Throws `damaged` where a segment is not what was stored. */
export async function* readSegments(
  repository: Repository,
  { segments }: SegmentedBlob,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (const segment of segments) {
    const { sha256, size, unpackedSize } = segment
    const parts: Uint8Array[] = []
    for await (const piece of repository.readBlob(sha256, size)) parts.push(piece)
    const bytes = await unpackSegment(segment, Buffer.concat(parts))
    if (bytes.length !== unpackedSize) throw new BackupError('damaged', `the blob ${sha256} unpacks to a wrong length`)
    yield bytes
  }
}

async function unpackSegment({ unpackedSize, packing = 'gzip' }: Segment, stored: Buffer): Promise<Buffer> {
  switch (packing) {
    case 'none':
      return stored
    case 'gzip':
      return await unpack(stored, { maxOutputLength: Math.max(1, unpackedSize) })
    default:
      throw new BackupError(
        'too-new',
        `a segment is packed with ${String(packing)}, which this program does not know`,
        {
          hint: 'use the version of hyperbyte that wrote it, or a later one',
        },
      )
  }
}

async function* cut(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = []
  let length = 0
  for await (let piece of pieces) {
    while (length + piece.length >= SEGMENT_BYTES) {
      const taken = SEGMENT_BYTES - length
      yield Buffer.concat([...parts, piece.subarray(0, taken)])
      piece = piece.subarray(taken)
      parts = []
      length = 0
    }
    // A copy: sources use their buffers again.
    if (piece.length > 0) parts.push(Buffer.from(piece))
    length += piece.length
  }
  if (length > 0) yield Buffer.concat(parts)
}

async function* onePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
