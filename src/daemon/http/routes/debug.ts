/**
 * `/api/v1/debug/NAME`: the server for those who look for what is wrong with it, see src/client/debug-documents.ts. For
 * admins only: paths, names of every database and texts of queries are in it.
 *
 *   GET  /api/v1/debug/{server,manifest,merges,buckets,compaction,cardinality,types,log,messages,configuration,verify,plan}
 *   POST /api/v1/debug/compact     begins to do what `merges` lists for the same parameters; `compaction` tells how far it is
 */

import { HyperbyteError } from '../../../engine/index.js'
import { isDebugName, makeDocument, printDocument } from '../../debug/make-document.js'
import type { Identity } from '../auth/authenticator.js'
import type { Exchange } from '../exchange.js'
import type { ServerContext } from '../server-context.js'
import { STATUS_OF_ERROR } from '../status-of-error.js'

export const DEBUG_PATH = '/api/v1/debug/'

export async function serveDebug(context: ServerContext, exchange: Exchange, identity: Identity): Promise<void> {
  const isAdmin = identity.kind === 'unrestricted' || (identity.kind === 'user' && identity.user.isAdmin)
  if (!isAdmin) return exchange.error(403, 'only an admin may look into the server')
  const name = exchange.path.slice(DEBUG_PATH.length)
  if (!isDebugName(name)) return exchange.plain(404, '404 page not found\n')
  const method = name === 'compact' ? 'POST' : 'GET'
  if (exchange.req.method !== method) return exchange.plain(405, 'Method Not Allowed\n', 'Allow', method)
  const gone = new AbortController()
  exchange.res.once('close', () => gone.abort())
  const { engine, nowNs, startedAtMs, activity, settings, mergeJobs } = context
  const { configurationText = '', backupAgeMsMax } = settings
  const server = { activity, configurationText, backupAgeMsMax }
  try {
    const params = Object.fromEntries(exchange.params)
    const document = await makeDocument(
      name,
      { engine, nowNs, startedAtMs, server, mergeJobs, signal: gone.signal },
      params,
    )
    exchange.json(200, `${printDocument(document)}\n`)
  } catch (error) {
    if (!(error instanceof HyperbyteError)) throw error
    exchange.error(STATUS_OF_ERROR[error.code], error.message)
  }
}
