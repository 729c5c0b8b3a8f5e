/**
 * `/api/v1/faults`: trouble on purpose, for drills. There is no such path on a server that was not started for it. For admins
 * only.
 *
 *   GET                                                 the faults that are in force
 *   POST    ?kind=&for_ms=&delay_ms=&share=             one more
 *   DELETE  ?id=                                        without it; without `id`, without any
 */

import {
  DELAY_MS_MAX,
  FAULT_KINDS,
  FAULT_MS_MAX,
  type Fault,
  type FaultBoard,
  type FaultKind,
} from '../../faults/fault-board.js'
import type { Exchange } from '../exchange.js'
import type { ServerContext } from '../server-context.js'

export function serveFaults({ faults }: ServerContext, exchange: Exchange) {
  if (faults === null) return exchange.plain(404, '404 page not found\n')
  switch (exchange.req.method) {
    case 'POST':
      return addFault(faults, exchange)
    case 'DELETE':
      faults.clear(exchange.param('id') || null)
  }
  answer(faults, exchange)
}

function addFault(faults: FaultBoard, exchange: Exchange) {
  const kind = exchange.param('kind')
  const lastsMs = numberParam(exchange, 'for_ms', 0)
  const delayMs = numberParam(exchange, 'delay_ms', 0)
  const share = numberParam(exchange, 'share', 1)
  if (!isFaultKind(kind)) return exchange.error(400, `kind is one of ${FAULT_KINDS.join(', ')}`)
  if (!(lastsMs > 0 && lastsMs <= FAULT_MS_MAX)) return exchange.error(400, `for_ms is 1 to ${FAULT_MS_MAX}`)
  if (!(share > 0 && share <= 1)) return exchange.error(400, 'share is above 0 and at most 1')
  const isDelay = kind.startsWith('delay-')
  if (isDelay && !(delayMs > 0 && delayMs <= DELAY_MS_MAX)) {
    return exchange.error(400, `delay_ms is 1 to ${DELAY_MS_MAX}`)
  }
  faults.add({ kind, lastsMs, delayMs: isDelay ? delayMs : 0, share })
  answer(faults, exchange)
}

function answer(faults: FaultBoard, exchange: Exchange): void {
  exchange.json(200, JSON.stringify({ faults: faults.list().map(toDocument) }))
}

function toDocument({ id, kind, startedMs, lastsMs, delayMs, share, metCount }: Fault) {
  return {
    id,
    kind,
    started: new Date(startedMs).toISOString(),
    ends: new Date(startedMs + lastsMs).toISOString(),
    delay_s: delayMs / 1000,
    share,
    met: metCount,
  }
}

function isFaultKind(text: string): text is FaultKind {
  return (FAULT_KINDS as readonly string[]).includes(text)
}

/** NaN when it is none. */
function numberParam(exchange: Exchange, name: string, absent: number): number {
  const text = exchange.param(name)
  return text === '' ? absent : Number(text)
}
