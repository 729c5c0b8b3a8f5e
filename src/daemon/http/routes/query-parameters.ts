/**
 * The parameters of `/query`, from wherever clients put them: the URL, a form body (which wins), or a multipart form with
 * `q` as a field or file. An empty parameter is an absent one.
 */

import type { BindValues } from '../../../engine/index.js'
import type { Exchange } from '../exchange.js'
import { parseBindParams } from '../parse-bind-params.js'
import { parseMultipart } from '../parse-multipart.js'
import { type Params, parseForm } from '../parse-target.js'

export interface QueryParameters {
  readonly text: string
  readonly database: string
  readonly retentionPolicy: string
  readonly epoch: string
  readonly isPretty: boolean
  readonly isChunked: boolean
  readonly chunkSize: number
  readonly isAsync: boolean
  readonly params: BindValues | null
}

/** InfluxDB's default, in points of a series. */
const CHUNK_SIZE_DEFAULT = 10_000

/** `body` is empty for a GET. Throws `invalid` when `params` is wrong. */
export function readQueryParameters(exchange: Exchange, body: Uint8Array): QueryParameters {
  const form = readForm(exchange.req.headers['content-type'] ?? '', body)
  // As in Go: a name that the body has, even empty, hides the URL's.
  const value = (name: string) => form.fields.get(name) ?? exchange.param(name)
  const chunkSize = Number.parseInt(value('chunk_size'), 10)
  return {
    text: value('q').trim() || form.queryFile.trim(),
    database: value('db'),
    retentionPolicy: value('rp'),
    epoch: value('epoch').trim(),
    isPretty: exchange.param('pretty') === 'true',
    isChunked: value('chunked') === 'true',
    chunkSize: chunkSize > 0 ? chunkSize : CHUNK_SIZE_DEFAULT,
    isAsync: value('async') === 'true',
    params: parseBindParams(value('params')),
  }
}

interface Form {
  readonly fields: Params
  /** The file that a multipart form has under `q`. */
  readonly queryFile: string
}

const EMPTY_FORM: Form = { fields: new Map(), queryFile: '' }

function readForm(contentType: string, body: Uint8Array): Form {
  if (body.length === 0) return EMPTY_FORM
  const mediaType = contentType.split(';', 1)[0].trim().toLowerCase()
  if (mediaType === 'application/x-www-form-urlencoded') {
    return { fields: parseForm(Buffer.from(body.buffer, body.byteOffset, body.length).toString('utf8')), queryFile: '' }
  }
  if (mediaType === 'multipart/form-data') {
    const parts = parseMultipart(contentType, body)
    return { fields: parts.fields, queryFile: parts.files.get('q') ?? '' }
  }
  return EMPTY_FORM
}
