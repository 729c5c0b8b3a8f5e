/**
 * A running server, over HTTP. Requests go to the first host of the list that takes a connection and stay with it until
 * it stops doing so. Every failure is a `ClientError`; nothing of the HTTP library shows.
 */

import { gzipSync } from 'node:zlib'
import type { Dispatcher } from 'undici'
import type { PointColumns } from '../engine/index.js'
import { ClientError } from './client-error.js'
import { columnsOfSeries } from './columns-of-series.js'
import { codeOf, isNotConnected, translateFailure } from './connection-failure.js'
import { encodeColumnarMsgpack, IS_COLUMNAR_POSSIBLE, isColumnarWorthwhile } from './encode-columnar-msgpack.js'
import { encodeLines } from './encode-line-protocol.js'
import { groupBySeries } from './group-by-series.js'
import { type DeclaredTypes, MsgpackColumnReader } from './msgpack-column-reader.js'
import { parseAnswers } from './parse-answers.js'
import { parseExactJson } from './parse-exact-json.js'
import type { QueryAnswer } from './query-answer.js'
import type { Exchanged, RequestTrace } from './request-trace.js'
import type { ColumnWriteCall, ReadCall, Target } from './target.js'
import { kindOfStatementError, translateAnswer } from './translate-answer.js'

export interface ClientOptions {
  /** Base addresses such as `http://127.0.0.1:8086`, at least one. */
  readonly hosts: readonly string[]
  readonly credentials: Credentials
  /** Until the answer begins, and between two pieces of it; 0 = no limit. */
  readonly timeoutMs: number
  /** PEM text of the authority that signed the server's certificate; null = those of the system. */
  readonly authorityPem: string | null
  readonly isCertificateChecked: boolean
  readonly unixSocket: string | null
  readonly trace?: RequestTrace
}

export type Credentials =
  | { readonly kind: 'none' }
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  | { readonly kind: 'token'; readonly token: string }

export interface QueryCall {
  readonly text: string
  readonly database: string
  readonly retentionPolicy: string
  /** '' = RFC 3339 text. */
  readonly epoch: string
  /** A JSON object with a value for each `$name`; '' = none. Text, so that long integers keep their digits. */
  readonly paramsJson: string
  readonly isPretty: boolean
  /** Rows in one piece of the answer; absent or 0: the server's default. */
  readonly chunkRowCount?: number
  /** Ends the query; what is read then fails. */
  readonly signal?: AbortSignal
}

export interface WriteCall {
  readonly database: string
  readonly retentionPolicy: string
  readonly precision: string
  readonly body: Uint8Array
  readonly isCompressed: boolean
}

export interface ServerIdentity {
  readonly host: string
  readonly version: string
  readonly build: string
}

interface Call {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly search: URLSearchParams
  readonly headers: Record<string, string>
  readonly body: Uint8Array | string | null
  /** Ends the request with its reason. */
  readonly signal?: AbortSignal
  /** The answer is long: bytes to take from the socket ahead of the reader. */
  readonly readAheadBytes?: number
  /** The server works this long before it answers: a shorter limit does not count. */
  readonly timeoutMsMin?: number
}

export interface DocumentOptions {
  readonly search?: Readonly<Record<string, string>>
  /** Also when the status says that something is wrong. */
  readonly isAnyStatus?: boolean
  readonly timeoutMsMin?: number
}

type Answer = Dispatcher.ResponseData

const CONNECT_TIMEOUT_MS = 10_000
/**
 * influxd writes pieces of 2 KB; handed over one by one they cost twice as long as reading them. With this much room the
 * reader gets what has gathered meanwhile, and the server does not wait for the reader.
 */
const READ_AHEAD_BYTES = 4 * 2 ** 20

const COLUMNAR_TYPE = 'application/vnd.hyperbyte.columnar+msgpack'

export class HttpClient implements Target {
  readonly kind = 'server'
  readonly #options: ClientOptions
  readonly #dispatcher: Dispatcher
  readonly #request: typeof import('undici').request
  #hostIndex = 0
  #closing: Promise<void> | null = null
  /** Whether the server takes columns; null = not asked yet. */
  #isColumnar: boolean | null = null

  private constructor(options: ClientOptions, undici: typeof import('undici')) {
    this.#options = options
    this.#request = undici.request
    this.#dispatcher = new undici.Agent({
      headersTimeout: options.timeoutMs,
      bodyTimeout: options.timeoutMs,
      connect: {
        timeout: Math.min(options.timeoutMs || CONNECT_TIMEOUT_MS, CONNECT_TIMEOUT_MS),
        rejectUnauthorized: options.isCertificateChecked,
        ...(options.authorityPem === null ? {} : { ca: options.authorityPem }),
        ...(options.unixSocket === null ? {} : { socketPath: options.unixSocket }),
      },
    })
  }

  static async open(options: ClientOptions): Promise<HttpClient> {
    return new HttpClient(options, await import('undici'))
  }

  /** Is a server there, and which? */
  async ping(): Promise<ServerIdentity> {
    const answer = await this.#call(get('/ping'))
    await answer.body.dump()
    const version = header(answer, 'x-influxdb-version')
    if (version === null) throw new ClientError('unexpected', `${this.#host} answers, but not as a time-series server`)
    return {
      host: this.#host,
      version: header(answer, 'x-hyperbyte-version') ?? version,
      build: header(answer, 'x-influxdb-build') ?? '',
    }
  }

  /** Resolves when the server takes writes and queries; fails as `unreachable` while it does not. */
  async checkReady(): Promise<void> {
    const answer = await this.#call(get('/health'))
    const body = await readText(answer)
    if (answer.statusCode !== 200) throw translateAnswer(failed(answer, body, `${this.#host}/health`))
  }

  /** A document of the server. */
  async getJson(path: string, options: DocumentOptions = {}): Promise<unknown> {
    return await this.#json('GET', path, options)
  }

  /** Asks the server to do something that is named by a path. */
  async postJson(path: string, options: DocumentOptions = {}): Promise<unknown> {
    return await this.#json('POST', path, options)
  }

  async #json(
    method: 'GET' | 'POST',
    path: string,
    { search = {}, isAnyStatus = false, timeoutMsMin = 0 }: DocumentOptions,
  ): Promise<unknown> {
    const answer = await this.#call({ ...get(path), method, search: new URLSearchParams(search), timeoutMsMin })
    const text = await readText(answer)
    if (answer.statusCode !== 200 && !isAnyStatus) throw translateAnswer(failed(answer, text, this.#host + path))
    return parseDocument(text)
  }

  /** The whole answer as the server wrote it. */
  async queryText(call: QueryCall): Promise<string> {
    const answer = await this.#query(call, false)
    return await readText(answer)
  }

  /** The answer in pieces of some thousand rows; each is a document of its own. */
  async *query(call: QueryCall): AsyncGenerator<QueryAnswer> {
    const answer = await this.#query(call, true)
    answer.body.setEncoding('utf8')
    yield* parseAnswers(this.#piecesOf(answer))
  }

  /** As they come, with failures translated. */
  async *#piecesOf(answer: Answer): AsyncGenerator<string> {
    try {
      for await (const piece of answer.body) yield piece as string
    } catch (error) {
      throw translateFailure(error, this.#host)
    }
  }

  /** Resolves when all of the body is stored. Throws `partial` when some of it was refused. */
  async write(call: WriteCall): Promise<void> {
    await this.#write(call, null)
  }

  async #write(
    { database, retentionPolicy, precision, body, isCompressed }: WriteCall,
    contentType: string | null,
  ): Promise<void> {
    const search = new URLSearchParams({ db: database, precision })
    if (retentionPolicy !== '') search.set('rp', retentionPolicy)
    const headers: Record<string, string> = { 'content-type': contentType ?? 'text/plain; charset=utf-8' }
    if (isCompressed) headers['content-encoding'] = 'gzip'
    const answer = await this.#call({
      method: 'POST',
      path: '/write',
      search,
      headers,
      body: isCompressed ? gzipSync(body) : body,
    })
    const text = await readText(answer)
    if (answer.statusCode !== 204) throw translateAnswer(failed(answer, text, `${this.#host}/write`))
  }

  /** One of the server's own resources: its JSON, null where it answers without any. Throws when the status is no success. */
  async askApi(method: 'GET' | 'POST' | 'DELETE', path: string): Promise<unknown> {
    const answer = await this.#call({ ...get(path), method })
    const text = await readText(answer)
    if (answer.statusCode >= 300) throw translateAnswer(failed(answer, text, this.#host + path))
    return text === '' ? null : parseDocument(text)
  }

  /** Bytes of one of the server's own resources. Throws `unreachable` when they stop in the middle. */
  async *readApi(path: string): AsyncGenerator<Uint8Array> {
    const answer = await this.#call(get(path))
    if (answer.statusCode !== 200) throw translateAnswer(failed(answer, await readText(answer), this.#host + path))
    try {
      yield* answer.body
    } catch (error) {
      throw translateFailure(error, this.#host)
    }
  }

  async *readColumns(call: ReadCall): AsyncGenerator<PointColumns> {
    const { text, database, types, signal } = call
    const search = new URLSearchParams({ db: database, epoch: 'ns', chunked: 'true' })
    const answer = await this.#call({
      method: 'POST',
      path: '/query',
      search,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        // Alone: influxd compares the whole header.
        accept: 'application/x-msgpack',
      },
      body: new URLSearchParams({ q: text }).toString(),
      signal,
      readAheadBytes: READ_AHEAD_BYTES,
    })
    if (answer.statusCode !== 200) {
      throw translateAnswer(failed(answer, await readRefusal(answer), `${this.#host}/query`))
    }
    // Versions of InfluxDB before 1.5 know JSON only.
    if (header(answer, 'content-type')?.includes('msgpack') === true) yield* this.#readMsgpack(answer, types)
    else yield* this.#readJson(answer, types)
  }

  async *#readMsgpack(answer: Answer, types: DeclaredTypes): AsyncGenerator<PointColumns> {
    const reader = new MsgpackColumnReader(types)
    for await (const piece of this.#bytesOf(answer)) yield* reader.push(piece)
    yield* reader.finish()
  }

  async *#readJson(answer: Answer, types: DeclaredTypes): AsyncGenerator<PointColumns> {
    answer.body.setEncoding('utf8')
    for await (const { results = [], error } of parseAnswers(this.#piecesOf(answer))) {
      const failure = error ?? results.find((result) => result.error !== undefined)?.error
      if (failure !== undefined) throw new ClientError(kindOfStatementError(failure), failure)
      for (const { series = [] } of results) for (const one of series) yield columnsOfSeries(one, types)
    }
  }

  async *#bytesOf(answer: Answer): AsyncGenerator<Uint8Array> {
    try {
      for await (const piece of answer.body) yield piece as Uint8Array
    } catch (error) {
      throw translateFailure(error, this.#host)
    }
  }

  /** A HyperbyteDB takes the columns as they are, and so every name; for other servers they become line protocol. */
  async writeColumns({ database, retentionPolicy, columns, isCompressed }: ColumnWriteCall): Promise<number> {
    this.#isColumnar ??= (await this.#isHyperbyte()) && IS_COLUMNAR_POSSIBLE
    const place = { database, retentionPolicy, precision: 'ns', isCompressed }
    const text = this.#isColumnar && isColumnarWorthwhile(columns) ? null : encodeBody(columns)
    if (text === null || (this.#isColumnar && text.unspelledCount > 0)) {
      await this.#write({ ...place, body: encodeColumnarMsgpack(columns.map(groupBySeries)) }, COLUMNAR_TYPE)
      return 0
    }
    if (text.body.length > 0) await this.#write({ ...place, body: text.body }, null)
    return text.unspelledCount
  }

  async flush(): Promise<void> {}

  async #isHyperbyte(): Promise<boolean> {
    const answer = await this.#call(get('/ping'))
    await answer.body.dump()
    return header(answer, 'x-hyperbyte-version') !== null
  }

  close(): Promise<void> {
    this.#closing ??= this.#dispatcher.close()
    return this.#closing
  }

  /** As `close`, and what is under way fails: nobody waits for it. */
  abandon(): Promise<void> {
    this.#closing ??= this.#dispatcher.destroy()
    return this.#closing
  }

  get name(): string {
    return this.#host
  }

  get #host(): string {
    return this.#options.hosts[this.#hostIndex]
  }

  async #query(
    { text, database, retentionPolicy, epoch, paramsJson, isPretty, chunkRowCount = 0, signal }: QueryCall,
    isChunked: boolean,
  ): Promise<Answer> {
    const search = new URLSearchParams()
    if (database !== '') search.set('db', database)
    if (retentionPolicy !== '') search.set('rp', retentionPolicy)
    if (epoch !== '') search.set('epoch', epoch)
    if (isChunked) search.set('chunked', 'true')
    if (isChunked && chunkRowCount > 0) search.set('chunk_size', String(chunkRowCount))
    if (isPretty) search.set('pretty', 'true')
    const form = new URLSearchParams({ q: text })
    if (paramsJson !== '') form.set('params', paramsJson)
    const answer = await this.#call({
      method: 'POST',
      path: '/query',
      search,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: form.toString(),
      ...(signal && { signal }),
    })
    if (answer.statusCode === 200) return answer
    throw translateAnswer(failed(answer, await readText(answer), `${this.#host}/query`))
  }

  /** Tries each host once, beginning with the one that answered last. */
  async #call(call: Call): Promise<Answer> {
    const { hosts } = this.#options
    for (let tryCount = 1; ; tryCount++) {
      const startedMs = performance.now()
      const index = this.#hostIndex
      const host = hosts[index]
      try {
        const answer = await this.#callHost(host, call)
        this.#tell(call, startedMs, { host, status: answer.statusCode, failure: '' })
        return answer
      } catch (error) {
        const failure = translateFailure(error, host)
        this.#tell(call, startedMs, { host, status: null, failure: `no answer (${codeOf(error) || failure.message})` })
        if (!isNotConnected(error) || tryCount === hosts.length) throw failure
        // Unless another call has gone on to the next host meanwhile.
        if (this.#hostIndex === index) this.#hostIndex = (index + 1) % hosts.length
      }
    }
  }

  #tell(call: Call, startedMs: number, end: Pick<Exchanged, 'host' | 'status' | 'failure'>): void {
    const elapsedMs = performance.now() - startedMs
    this.#options.trace?.onExchange({ method: call.method, path: pathOf(call), elapsedMs, ...end })
  }

  #callHost(host: string, call: Call): Promise<Answer> {
    const { method, headers, body, signal, readAheadBytes, timeoutMsMin = 0 } = call
    const { credentials, trace } = this.#options
    return this.#request(host + pathOf(call), {
      method,
      headers: { ...headers, ...authorization(credentials), ...(trace !== undefined && { 'x-request-id': trace.id }) },
      body,
      dispatcher: this.#dispatcher,
      ...(signal !== undefined && { signal }),
      ...(readAheadBytes !== undefined && { highWaterMark: readAheadBytes }),
      // 0 = no limit.
      ...(timeoutMsMin > this.#options.timeoutMs && this.#options.timeoutMs > 0 && { headersTimeout: timeoutMsMin }),
    })
  }
}

function encodeBody(columns: readonly PointColumns[]): { body: Buffer; unspelledCount: number } {
  const parts = columns.map(encodeLines)
  const text = parts
    .flatMap(({ lines }) => lines)
    .map((line) => `${line}\n`)
    .join('')
  return { body: Buffer.from(text), unspelledCount: parts.reduce((sum, part) => sum + part.unspelledCount, 0) }
}

function get(path: string): Call {
  return { method: 'GET', path, search: new URLSearchParams(), headers: {}, body: null }
}

function pathOf({ path, search }: Call): string {
  return path + (search.size === 0 ? '' : `?${search}`)
}

function authorization(credentials: Credentials): Record<string, string> {
  switch (credentials.kind) {
    case 'none':
      return {}
    case 'password':
      return {
        authorization: `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`,
      }
    case 'token':
      return { authorization: `Bearer ${credentials.token}` }
  }
}

function failed(answer: Answer, body: string, place: string) {
  return { status: answer.statusCode, body, place }
}

function header(answer: Answer, name: string): string | null {
  const value = answer.headers[name]
  return typeof value === 'string' ? value : null
}

/** A refusal comes in the format that was asked for; as JSON whatever that is. */
async function readRefusal(answer: Answer): Promise<string> {
  if (header(answer, 'content-type')?.includes('msgpack') !== true) return await readText(answer)
  const { decode } = await import('@msgpack/msgpack')
  try {
    return JSON.stringify(decode(await answer.body.arrayBuffer()))
  } catch (error) {
    throw translateFailure(error, 'the server')
  }
}

async function readText(answer: Answer): Promise<string> {
  try {
    return await answer.body.text()
  } catch (error) {
    throw translateFailure(error, 'the server')
  }
}

function parseDocument(text: string): unknown {
  try {
    return parseExactJson(text)
  } catch (cause) {
    throw new ClientError('unexpected', `the answer is not JSON: ${text.slice(0, 80)}`, { cause })
  }
}
