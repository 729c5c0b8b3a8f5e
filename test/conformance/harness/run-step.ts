/**
 * Sends a step to a server. `{now}`, `{now-10m}` and the like become nanoseconds of the test's own now, so that both
 * servers are told the same time; the target is percent-encoded where it must be; a body is gzipped when its header
 * says so.
 */

import { gzipSync } from 'node:zlib'
import { type Answer, toAnswer } from './answer.js'
import { exchange, type HttpRequest } from './exchange.js'
import type { Case, RequestTemplate, Step } from './parse-cases.js'
import type { ServerProcess } from './server-process.js'

const UNIT_NS: Readonly<Record<string, bigint>> = {
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
  d: 86_400_000_000_000n,
}
const PLACEHOLDER = /\{now(?:([+-]\d+)([smhd]))?\}/g

export interface RunContext {
  readonly server: ServerProcess
  readonly nowNs: bigint
}

/** Answers of all steps. Databases that a scenario leaves behind are dropped. */
export async function runCase(context: RunContext, each: Case): Promise<Answer[]> {
  const before = each.isScenario ? await databases(context) : []
  const answers: Answer[] = []
  for (const step of each.steps) answers.push(await runStep(context, step))
  if (each.isScenario) await dropOthers(context, before)
  return answers
}

export async function runStep(context: RunContext, step: Step): Promise<Answer> {
  return toAnswer(await exchange(context.server.port, fillIn(step.request, context.nowNs)))
}

function fillIn(request: RequestTemplate, nowNs: bigint): HttpRequest {
  const fill = (text: string): string =>
    text.replace(PLACEHOLDER, (_, count = '0', unit = 's') => String(nowNs + BigInt(count) * UNIT_NS[unit]))
  const target = fill(request.target).replace(/[^\x21-\x7e]|["<>\\^`{|}]/gu, encodeURIComponent)
  const { method, headers } = request
  if (request.statement !== null) {
    return { method, target, headers, body: Buffer.from(`q=${encodeURIComponent(fill(request.statement))}`) }
  }
  const body = request.body === null ? null : fillBytes(request.body, fill)
  const isPacked = headers['Content-Encoding'] === 'gzip' && body !== null
  return { method, target, headers, body: isPacked ? gzipSync(body) : body }
}

/** Bytes that are not UTF-8 must survive: only a body with a placeholder becomes text. */
function fillBytes(body: Uint8Array, fill: (text: string) => string): Uint8Array {
  const text = Buffer.from(body).toString('latin1')
  return text.includes('{now') ? Buffer.from(fill(text), 'latin1') : body
}

async function databases(context: RunContext): Promise<string[]> {
  const answer = await query(context, 'SHOW DATABASES')
  const rows = JSON.parse(answer.body).results[0].series[0].values ?? []
  return rows.map(([name]: [string]) => name)
}

async function dropOthers(context: RunContext, kept: readonly string[]): Promise<void> {
  for (const name of await databases(context)) {
    if (!kept.includes(name)) await query(context, `DROP DATABASE "${name.replace(/["\\]/g, '\\$&')}"`)
  }
}

async function query(context: RunContext, statement: string): Promise<Answer> {
  const target = `/query?q=${encodeURIComponent(statement)}`
  return toAnswer(await exchange(context.server.port, { method: 'POST', target, headers: {}, body: null }))
}
