/**
 * As much of S3 as a repository uses, in memory, on a free port: objects, ranges, listing in pages, uploads in parts. It
 * checks signatures from what came in over the wire, by its own reading of the rules.
 */

import { createHash, createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { listen } from '../../../support/listen.js'

interface StoredObject {
  readonly bytes: Buffer
  readonly modified: Date
}

export class FakeS3 {
  readonly objects = new Map<string, StoredObject>()
  readonly uploads = new Map<string, Map<number, Buffer>>()
  /** Answers the next requests with these, one each. */
  readonly failures: (number | { readonly status: number; readonly code: string; readonly more?: string })[] = []
  /** Cuts the next answer to a GET after so many bytes. */
  cutAfter: number | null = null
  /** The next completion of an upload begins with 200 and ends badly. */
  isCompletionFailing = false
  /** Without this token nobody is let in; null = nobody may bring one. */
  sessionToken: string | null = null
  /** Keys of a listing's page. */
  pageCount = 1000
  requestCount = 0
  readonly #server: Server
  #endpoint = ''

  private constructor() {
    this.#server = createServer((req, res) => void this.#answer(req, res))
  }

  static async start(): Promise<FakeS3> {
    const fake = new FakeS3()
    fake.#endpoint = await listen(fake.#server)
    return fake
  }

  get endpoint(): string {
    return this.#endpoint
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const parts: Buffer[] = []
    for await (const part of req) parts.push(part as Buffer)
    this.requestCount++
    const failure = this.failures.shift()
    if (typeof failure === 'number') return void res.writeHead(failure).end()
    if (failure !== undefined) return refuse(res, failure)
    const body = Buffer.concat(parts)
    const problem = this.#problemOf(req, body)
    if (problem !== null) return refuse(res, { status: 403, code: problem })
    const url = new URL(req.url ?? '/', this.endpoint)
    if (!url.pathname.startsWith('/bucket')) return refuse(res, { status: 404, code: 'NoSuchBucket' })
    const key = decodeURIComponent(url.pathname).replace(/^\/bucket\/?/, '')
    if (key === '') return this.#list(url.searchParams, res)
    const uploadId = url.searchParams.get('uploadId')
    if (url.searchParams.has('uploads')) return this.#begin(key, res)
    if (uploadId !== null) return this.#upload(req.method ?? '', key, uploadId, url.searchParams, body, res)
    this.#object(req, key, body, res)
  }

  /** What is wrong with the signature, as S3 calls it. */
  #problemOf({ method, url = '', headers }: IncomingMessage, body: Buffer): string | null {
    const match = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\S+), SignedHeaders=(\S+), Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    )
    if (match === null) return 'AccessDenied'
    const [, accessKey, scope, signedNames, signature] = match
    if (accessKey !== 'key') return 'InvalidAccessKeyId'
    const names = signedNames.split(';')
    if (!names.includes('host') || !names.includes('x-amz-date')) return 'AccessDenied'
    const token = headers['x-amz-security-token'] ?? null
    if (token !== this.sessionToken) return 'InvalidToken'
    if (token !== null && !names.includes('x-amz-security-token')) return 'SignatureDoesNotMatch'
    const payloadHash = String(headers['x-amz-content-sha256'])
    const bodyHash = createHash('sha256').update(body).digest('hex')
    if (payloadHash !== 'UNSIGNED-PAYLOAD' && payloadHash !== bodyHash) return 'XAmzContentSHA256Mismatch'
    const [path, query = ''] = url.split('?')
    const sorted = query
      .split('&')
      .map((pair) => (pair === '' || pair.includes('=') ? pair : `${pair}=`))
      .sort()
    const lines = names.map((name) => `${name}:${String(headers[name]).trim()}\n`).join('')
    const canonical = `${method}\n${path}\n${sorted.join('&')}\n${lines}\n${signedNames}\n${payloadHash}`
    const hash = createHash('sha256').update(canonical).digest('hex')
    const [date, region, service, end] = scope.split('/')
    const text = `AWS4-HMAC-SHA256\n${headers['x-amz-date']}\n${scope}\n${hash}`
    const key = [date, region, service, end].reduce(
      (secret: Buffer, part) => createHmac('sha256', secret).update(part).digest(),
      Buffer.from('AWS4secret'),
    )
    return createHmac('sha256', key).update(text).digest('hex') === signature ? null : 'SignatureDoesNotMatch'
  }

  #object(req: IncomingMessage, key: string, body: Buffer, res: ServerResponse): void {
    const found = this.objects.get(key)
    switch (req.method) {
      case 'PUT':
        this.objects.set(key, { bytes: body, modified: new Date() })
        return void res.writeHead(200, { ETag: '"e"' }).end()
      case 'DELETE':
        this.objects.delete(key)
        return void res.writeHead(204).end()
      default: {
        if (found === undefined) return void res.writeHead(404).end()
        const range = /^bytes=(\d+)-(\d*)$/.exec(req.headers.range ?? '')
        const end = range === null || range[2] === '' ? found.bytes.length : Number(range[2]) + 1
        const bytes = range === null ? found.bytes : found.bytes.subarray(Number(range[1]), end)
        res.writeHead(range === null ? 200 : 206, { 'Content-Length': bytes.length, ETag: '"e"' })
        if (req.method === 'GET' && this.cutAfter !== null) {
          res.write(bytes.subarray(0, this.cutAfter), () => res.destroy())
          this.cutAfter = null
          return
        }
        return void res.end(req.method === 'HEAD' ? undefined : bytes)
      }
    }
  }

  #list(params: URLSearchParams, res: ServerResponse): void {
    const prefix = params.get('prefix') ?? ''
    const after = params.get('continuation-token') ?? ''
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort()
    const page = keys.slice(0, this.pageCount)
    const contents = page.map((key) => {
      const { bytes, modified } = this.objects.get(key) as StoredObject
      return `<Contents><Key>${key}</Key><LastModified>${modified.toISOString()}</LastModified><Size>${bytes.length}</Size></Contents>`
    })
    const isTruncated = keys.length > page.length
    const token = isTruncated ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : ''
    res.writeHead(200, { 'Content-Type': 'application/xml' })
    res.end(
      `<?xml version="1.0"?><ListBucketResult><KeyCount>${page.length}</KeyCount><IsTruncated>${isTruncated}</IsTruncated>${token}${contents.join('')}</ListBucketResult>`,
    )
  }

  #begin(key: string, res: ServerResponse): void {
    const id = `upload-${this.uploads.size + 1}`
    this.uploads.set(id, new Map())
    res.writeHead(200, { 'Content-Type': 'application/xml' })
    res.end(
      `<?xml version="1.0"?><InitiateMultipartUploadResult><Bucket>bucket</Bucket><Key>${key}</Key><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
    )
  }

  #upload(method: string, key: string, id: string, params: URLSearchParams, body: Buffer, res: ServerResponse): void {
    const upload = this.uploads.get(id)
    if (upload === undefined) return void res.writeHead(404).end()
    if (method === 'PUT') {
      const number = Number(params.get('partNumber'))
      upload.set(number, body)
      return void res.writeHead(200, { ETag: `"part${number}"` }).end()
    }
    if (method !== 'DELETE' && this.isCompletionFailing) {
      this.isCompletionFailing = false
      res.writeHead(200, { 'Content-Type': 'application/xml' })
      return void res.end('<?xml version="1.0"?><Error><Code>InternalError</Code><Message>again</Message></Error>')
    }
    this.uploads.delete(id)
    if (method === 'DELETE') return void res.writeHead(204).end()
    const parts = [...upload].sort(([a], [b]) => a - b).map(([, bytes]) => bytes)
    this.objects.set(key, { bytes: Buffer.concat(parts), modified: new Date() })
    res.writeHead(200, { 'Content-Type': 'application/xml' })
    res.end(
      `<?xml version="1.0"?><CompleteMultipartUploadResult><Bucket>bucket</Bucket><Key>${key}</Key><ETag>"e"</ETag></CompleteMultipartUploadResult>`,
    )
  }
}

function refuse(
  res: ServerResponse,
  { status, code, more = '' }: { status: number; code: string; more?: string },
): void {
  res.writeHead(status, { 'Content-Type': 'application/xml' })
  res.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>refused</Message>${more}</Error>`)
}
