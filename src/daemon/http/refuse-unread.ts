/**
 * An error for a request whose body is still on its way. A short rest is read and thrown away by Node, so that the
 * connection can be kept; a long one costs the connection.
 */

import type { Exchange } from './exchange.js'

/** As much as Go's server reads after an answer before it gives up the connection. */
const KEPT_REST_BYTES_MAX = 256 * 1024

export function refuseUnread(exchange: Exchange, status: number, text: string): void {
  const { headers, readableEnded } = exchange.req
  const isLengthKnown = headers['transfer-encoding'] === undefined
  const isShort = isLengthKnown && Number(headers['content-length'] ?? 0) <= KEPT_REST_BYTES_MAX
  exchange.isBodyUnread = !readableEnded && !isShort
  // Node does so by itself only where nobody had begun to read.
  if (!exchange.isBodyUnread) exchange.req.resume()
  exchange.error(status, text)
}
