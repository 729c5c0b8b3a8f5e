/**
 * One request and its answer: what every route gets. Answers are written here and nowhere else, so that every one
 * carries the version headers (the Go client looks for them on errors too), the request id and CORS.
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { answerFormatOf, encodeError } from './answer-format.js'
import type { Params } from './parse-target.js'
import { requestIdOf } from './request-id.js'
import { RETRY_AFTER_SECONDS } from './status-of-error.js'
import { INFLUXDB_BUILD, INFLUXDB_VERSION, PROGRAM_VERSION } from './versions.js'

/** InfluxDB cuts the header copy of an error here. */
const ERROR_HEADER_CHARACTERS_MAX = 1024

/** A client that is still sending would see a reset instead of the answer if the connection closed at once. */
const LINGER_MS = 500

const CORS_HEADERS =
  'Accept, Accept-Encoding, Authorization, Content-Length, Content-Type, X-CSRF-Token, X-HTTP-Method-Override'
const CORS_METHODS = 'DELETE, GET, OPTIONS, POST, PUT'
const CORS_EXPOSED = 'Date, X-InfluxDB-Version, X-InfluxDB-Build'

export class Exchange {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  /** Of the URL, as it was sent. */
  readonly path: string
  readonly params: Params
  /** Set while the server closes: the connection is not kept. */
  isLastOnConnection = false
  /** The rest of a refused body is still coming; it is thrown away, and the connection with it. */
  isBodyUnread = false
  #requestId: string | null = null

  constructor(req: IncomingMessage, res: ServerResponse, path: string, params: Params) {
    this.req = req
    this.res = res
    this.path = path
    this.params = params
  }

  /** '' when absent: an empty parameter means an absent one everywhere. */
  param(name: string): string {
    return this.params.get(name) ?? ''
  }

  /** The client's, or a new one. */
  get requestId(): string {
    this.#requestId ??= requestIdOf(this.req.headers)
    return this.#requestId
  }

  /** Header names and values in turn, to which an answer adds its own. */
  headers(): string[] {
    const id = this.requestId
    const headers = [
      'Request-Id',
      id,
      'X-Influxdb-Build',
      INFLUXDB_BUILD,
      'X-Influxdb-Version',
      INFLUXDB_VERSION,
      'X-Request-Id',
      id,
      'X-Hyperbyte-Version',
      PROGRAM_VERSION,
    ]
    const origin = this.req.headers.origin
    if (origin !== undefined && origin !== '') addCors(headers, origin)
    if (this.isLastOnConnection || this.isBodyUnread) headers.push('Connection', 'close')
    return headers
  }

  noContent(): void {
    const headers = this.headers()
    headers.push('Content-Type', 'application/json')
    this.res.writeHead(204, headers)
    this.res.end()
  }

  json(status: number, body: string): void {
    this.body(status, 'application/json', body)
  }

  /** Plain text from the router, as Go's http.Error writes it. */
  plain(status: number, text: string, ...extraHeaders: string[]): void {
    this.body(status, 'text/plain; charset=utf-8', text, 'X-Content-Type-Options', 'nosniff', ...extraHeaders)
  }

  /** `{"error":…}` or its CSV or MessagePack form, by what the client accepts. */
  error(status: number, text: string, ...extraHeaders: string[]): void {
    const format = answerFormatOf(this.req.headers.accept)
    if (status === 401) extraHeaders.push('WWW-Authenticate', 'Basic realm="InfluxDB"')
    else extraHeaders.push('X-Influxdb-Error', headerText(text))
    if (status === 503) extraHeaders.push('Retry-After', RETRY_AFTER_SECONDS)
    const { contentType, body } = encodeError(format, text, this.params.get('pretty') === 'true')
    this.body(status, contentType, body, ...extraHeaders)
  }

  body(status: number, contentType: string, body: string | Uint8Array, ...extraHeaders: string[]): void {
    const headers = this.headers()
    const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length
    headers.push('Content-Type', contentType, ...extraHeaders, 'Content-Length', String(length))
    this.res.writeHead(status, headers)
    if (this.isBodyUnread) this.#endAfterLinger(body)
    else this.res.end(this.req.method === 'HEAD' ? undefined : body)
  }

  /** The answer leaves at once, the connection when the client has stopped sending or had time to read. */
  #endAfterLinger(body: string | Uint8Array): void {
    this.res.write(body)
    const end = () => {
      clearTimeout(timer)
      this.res.end()
    }
    const timer = setTimeout(end, LINGER_MS)
    this.req.once('end', end)
    this.req.once('close', end)
    this.req.resume()
  }
}

function addCors(headers: string[], origin: string): void {
  headers.push(
    'Access-Control-Allow-Headers',
    CORS_HEADERS,
    'Access-Control-Allow-Methods',
    CORS_METHODS,
    'Access-Control-Allow-Origin',
    origin,
    'Access-Control-Expose-Headers',
    CORS_EXPOSED,
  )
}

/** A header is one line of bytes: line ends become spaces, UTF-8 goes out as it is. */
function headerText(text: string): string {
  const line = text.slice(0, ERROR_HEADER_CHARACTERS_MAX).replace(/[\x00-\x08\x0a-\x1f\x7f]/g, ' ')
  return Buffer.from(line, 'utf8').toString('latin1').trim()
}
