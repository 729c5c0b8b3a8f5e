/**
 * `/api/v1/checkpoints`: one moment of the whole database, for backups. For admins only, since it is everything.
 *
 *   POST   /api/v1/checkpoints                   201, what it is
 *   GET    /api/v1/checkpoints/ID                the same; says that the client is still there
 *   GET    /api/v1/checkpoints/ID/registry       once, then /wal, once: each holds disk space until it is read
 *   GET    /api/v1/checkpoints/ID/files/NUMBER   a Parquet file that the registry lists
 *   DELETE /api/v1/checkpoints/ID                204
 */

import { type Checkpoint, HyperbyteError } from '../../../engine/index.js'
import type { Identity } from '../auth/authenticator.js'
import { CHECKPOINT_EXPIRY_MS } from '../checkpoint-sessions.js'
import type { Exchange } from '../exchange.js'
import type { ServerContext } from '../server-context.js'

export const CHECKPOINTS_PATH = '/api/v1/checkpoints'

const PLACE = /^\/([0-9a-f]{32})(?:\/(registry|wal|files\/(\d{1,10})))?$/

export async function serveCheckpoints(context: ServerContext, exchange: Exchange, identity: Identity): Promise<void> {
  const refusal = refusalOf(identity)
  if (refusal !== null) return exchange.error(403, refusal)
  const rest = exchange.path.slice(CHECKPOINTS_PATH.length)
  const method = exchange.req.method
  if (rest === '') {
    if (method === 'POST') return await openCheckpoint(context, exchange)
    return exchange.plain(405, 'Method Not Allowed\n', 'Allow', 'POST')
  }
  const [, id, part, fileId] = PLACE.exec(rest) ?? []
  if (id === undefined) return exchange.plain(404, '404 page not found\n')
  const checkpoint = context.checkpoints.find(id)
  if (checkpoint === undefined)
    return exchange.error(404, 'there is no such checkpoint: it was released or has expired')
  if (method === 'DELETE' && part === undefined) {
    await context.checkpoints.release(id)
    return exchange.noContent()
  }
  if (method !== 'GET') return exchange.plain(405, 'Method Not Allowed\n', 'Allow', 'GET, DELETE')
  if (part === undefined) return exchange.json(200, describe(id, checkpoint))
  const pieces = piecesOf(checkpoint, part, fileId)
  if (pieces === null) return exchange.error(404, `the checkpoint has no file ${fileId}`)
  await context.checkpoints.whileSending(id, () => send(exchange, pieces))
}

/** null when it may. */
function refusalOf(identity: Identity): string | null {
  if (identity.kind === 'unrestricted' || (identity.kind === 'user' && identity.user.isAdmin)) return null
  return 'a checkpoint is the whole database: only an admin may have one'
}

async function openCheckpoint({ checkpoints }: ServerContext, exchange: Exchange): Promise<void> {
  const opened = await checkpoints.open()
  if (opened === null) return exchange.error(503, 'too many checkpoints are open')
  exchange.json(201, describe(opened.id, opened.checkpoint))
}

function describe(id: string, { info }: Checkpoint): string {
  const document = {
    id,
    expires_s: CHECKPOINT_EXPIRY_MS / 1000,
    instance: info.instanceId,
    node: info.nodeId,
    time_ns: String(info.timeNs),
    files_in: info.filesIn,
    flushed_sequence: String(info.flushedSequence),
    last_sequence: String(info.lastSequence),
    files: info.fileCount,
    file_bytes: String(info.fileByteCount),
  }
  return `${JSON.stringify(document)}\n`
}

function piecesOf(checkpoint: Checkpoint, part: string, fileId: string | undefined): AsyncIterable<Uint8Array> | null {
  if (part === 'registry') return checkpoint.registry()
  if (part === 'wal') return checkpoint.wal()
  try {
    return checkpoint.file(Number(fileId))
  } catch (error) {
    if (error instanceof HyperbyteError && error.code === 'invalid') return null
    throw error
  }
}

/** At the client's pace. An error in the middle ends the connection, which the client cannot take for an end. */
async function send(exchange: Exchange, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  const { res } = exchange
  let wake: () => void = () => undefined
  for (const event of ['drain', 'close']) res.on(event, () => wake())
  for await (const piece of pieces) {
    if (res.closed || res.destroyed) return
    // What fails before its first byte can still be told.
    if (!res.headersSent) writeHead(exchange)
    if (res.write(piece) || res.closed) continue
    await new Promise<void>((resolve) => {
      wake = resolve
    })
  }
  if (!res.headersSent) writeHead(exchange)
  res.end()
}

function writeHead(exchange: Exchange): void {
  exchange.res.writeHead(200, [...exchange.headers(), 'Content-Type', 'application/octet-stream'])
}
