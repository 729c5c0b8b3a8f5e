/** A query against a MemoryDatabase, answered as JSON text: what a client would read. */

import { epochDivisorOf } from '../../../src/daemon/http/encode/epoch-divisor.js'
import { JsonEncoder } from '../../../src/daemon/http/encode/json-encoder.js'
import { HyperbyteError } from '../../../src/engine/domain/errors.js'
import type { QueryLimits, QueryRequest } from '../../../src/engine/query/catalog.js'
import { RunningQueries } from '../../../src/engine/query/running-queries.js'
import { type QueryStage, runQuery } from '../../../src/engine/run-query.js'
import type { MemoryDatabase } from './memory-database.js'

const NO_LIMITS: QueryLimits = {
  maxSelectPoint: 0,
  maxSelectSeries: 0,
  maxSelectBuckets: 0,
  maxRowLimit: 0,
  timeoutMs: 0,
}

export interface AskOptions extends Partial<Omit<QueryRequest, 'text' | 'limits'>> {
  readonly epoch?: string
  readonly limits?: Partial<QueryLimits>
}

export function requestOf(text: string, { epoch: _, limits, ...options }: AskOptions = {}): QueryRequest {
  return {
    text,
    database: 'db',
    retentionPolicy: '',
    params: null,
    isReadOnlyContext: false,
    nowNs: 1_600_000_000_000_000_000n,
    authorizer: null,
    signal: new AbortController().signal,
    ...options,
    limits: { ...NO_LIMITS, ...limits },
  }
}

/** The whole body, or `{"error":…}` for what fails before the first event. */
export function ask(catalog: MemoryDatabase, text: string, options: AskOptions = {}): Promise<string> {
  return askStage(
    { catalog, writer: catalog, queries: new RunningQueries(() => 0), randomBytes: (count) => new Uint8Array(count) },
    text,
    options,
  )
}

export async function askStage(stage: QueryStage, text: string, options: AskOptions = {}): Promise<string> {
  const encoder = new JsonEncoder(epochDivisorOf(options.epoch ?? 'ns'))
  const pieces: Buffer[] = []
  try {
    for await (const event of runQuery(requestOf(text, options), stage)) pieces.push(...encoder.encode(event))
  } catch (error) {
    if (!(error instanceof HyperbyteError)) throw error
    return `${JSON.stringify({ error: error.message }).replace(/[<>&]/g, unicodeEscape)}\n`
  }
  pieces.push(...encoder.end())
  return Buffer.concat(pieces).toString()
}

function unicodeEscape(char: string): string {
  return `\\u00${char.charCodeAt(0).toString(16)}`
}
