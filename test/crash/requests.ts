/** Requests to a server that may be killed while it answers them. */

import { expect } from 'vitest'
import { exchange, type HttpAnswer } from '../conformance/harness/exchange.js'
import type { ServerProcess } from '../conformance/harness/server-process.js'

/** null when the server is gone. */
export async function post(server: ServerProcess, target: string, body = ''): Promise<HttpAnswer | null> {
  return await exchange(server.port, { method: 'POST', target, headers: {}, body: Buffer.from(body) }).catch(() => null)
}

/** The rows of the first series, with times in seconds; the statement must not fail. */
export async function rowsOf(
  server: ServerProcess,
  database: string,
  statement: string,
): Promise<(number | string)[][]> {
  const target = `/query?db=${database}&epoch=s&q=${encodeURIComponent(statement)}`
  const { body } = await exchange(server.port, { method: 'POST', target, headers: {}, body: null })
  const { results } = JSON.parse(body.toString())
  expect(results[0].error).toBeUndefined()
  return results[0].series?.[0].values ?? []
}
