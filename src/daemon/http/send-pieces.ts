/**
 * Events to an encoder to the socket: a short answer in one piece with its length, a long one piece by piece at the
 * client's pace, letting other requests run in between. Packed with gzip only for a client that asks.
 */

import { once } from 'node:events'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createGzip, constants as zlibConstants } from 'node:zlib'
import type { QueryEvent } from '../../engine/index.js'
import type { ResultEncoder } from './encode/result-encoder.js'
import type { Exchange } from './exchange.js'

/** Resolves with the number of bytes that the encoder made. */
export async function sendPieces(
  exchange: Exchange,
  encoder: ResultEncoder,
  first: IteratorResult<QueryEvent>,
  events: AsyncIterator<QueryEvent>,
): Promise<number> {
  const sink = openSink(exchange, encoder.contentType)
  let byteCount = 0
  for (let next = first; !next.done && !encoder.isFinished; next = await events.next()) {
    for (const piece of encoder.encode(next.value)) {
      byteCount += piece.length
      await sink.write(piece)
    }
  }
  for (const piece of encoder.end()) {
    byteCount += piece.length
    await sink.write(piece)
  }
  sink.end()
  return byteCount
}

interface Sink {
  write(piece: Buffer): Promise<void>
  end(): void
}

function openSink(exchange: Exchange, contentType: string): Sink {
  const { req, res } = exchange
  const headers = exchange.headers()
  headers.push('Content-Type', contentType)
  const isPacked = (req.headers['accept-encoding'] ?? '').includes('gzip')
  if (isPacked) headers.push('Content-Encoding', 'gzip')
  res.writeHead(200, headers)
  if (!isPacked) {
    return { write: (piece) => writeTo(res, piece, res), end: () => res.end() }
  }
  const gzip = createGzip({ level: zlibConstants.Z_BEST_SPEED })
  gzip.pipe(res)
  res.once('close', () => gzip.destroy())
  return { write: (piece) => writeTo(gzip, piece, res), end: () => gzip.end() }
}

async function writeTo(
  stream: NodeJS.WritableStream & NodeJS.EventEmitter,
  piece: Buffer,
  res: Exchange['res'],
): Promise<void> {
  if (res.closed || res.destroyed) throw new Error('client went away')
  if (stream.write(piece)) return await nextTurn()
  await Promise.race([once(stream, 'drain'), closed(res)])
}

async function closed(res: Exchange['res']): Promise<never> {
  await once(res, 'close')
  throw new Error('client went away')
}
