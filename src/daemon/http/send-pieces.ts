/**
 * Events to an encoder to the socket: a short answer whole and with its length, a long one piece by piece at the
 * client's pace, letting other requests run in between. Packed with gzip only for a client that asks.
 */

import type { Writable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { promisify } from 'node:util'
import { createGzip, gzip, constants as zlibConstants } from 'node:zlib'
import type { QueryEvent } from '../../engine/index.js'
import type { ResultEncoder } from './encode/result-encoder.js'
import type { Exchange } from './exchange.js'

const pack = promisify<Buffer, { level: number }, Buffer>(gzip)

const NOTHING: Buffer = Buffer.alloc(0)

const GZIP = { level: zlibConstants.Z_BEST_SPEED }

/** Resolves with the number of bytes that the encoder made; rejects when the client is gone. */
export async function sendPieces(
  exchange: Exchange,
  encoder: ResultEncoder,
  first: IteratorResult<QueryEvent>,
  events: AsyncIterator<QueryEvent>,
): Promise<number> {
  let sink: Sink | null = null
  let byteCount = 0
  for (let next = first; !next.done && !encoder.isFinished; next = await events.next()) {
    for (const piece of encoder.encode(next.value)) {
      byteCount += piece.length
      sink ??= openSink(exchange, encoder.contentType)
      await sink.write(piece)
    }
  }
  // The last piece is held back: when it is the only one, the answer has a length.
  let last = NOTHING
  for (const piece of encoder.end()) {
    byteCount += piece.length
    if (last.length > 0) {
      sink ??= openSink(exchange, encoder.contentType)
      await sink.write(last)
    }
    last = piece
  }
  if (sink === null) await sendWhole(exchange, encoder.contentType, last)
  else sink.end(last)
  return byteCount
}

function isGzipWanted({ req }: Exchange): boolean {
  return (req.headers['accept-encoding'] ?? '').includes('gzip')
}

async function sendWhole(exchange: Exchange, contentType: string, body: Buffer): Promise<void> {
  if (!isGzipWanted(exchange)) {
    exchange.body(200, contentType, body)
    return
  }
  exchange.body(200, contentType, await pack(body, GZIP), 'Content-Encoding', 'gzip')
}

interface Sink {
  /** Resolves when the next piece may come; rejects when the client is gone. */
  write(piece: Buffer): Promise<void>
  end(last: Buffer): void
}

function openSink(exchange: Exchange, contentType: string): Sink {
  const { res } = exchange
  const headers = exchange.headers()
  headers.push('Content-Type', contentType)
  const isPacked = isGzipWanted(exchange)
  if (isPacked) headers.push('Content-Encoding', 'gzip')
  res.writeHead(200, headers)
  if (!isPacked) return streamSink(res, res)
  const packer = createGzip(GZIP)
  packer.pipe(res)
  res.once('close', () => packer.destroy())
  return streamSink(packer, res)
}

function streamSink(stream: Writable, res: Writable): Sink {
  let wake: () => void = () => undefined
  stream.on('drain', () => wake())
  res.on('close', () => wake())
  return {
    write: async (piece) => {
      if (!res.closed && !stream.write(piece)) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      // To a fast reader even `drain` comes at once, without a turn of the loop in which others could run.
      await nextTurn()
      if (res.closed) throw new Error('client went away')
    },
    end: (last) => {
      if (last.length > 0) stream.end(last)
      else stream.end()
    },
  }
}
