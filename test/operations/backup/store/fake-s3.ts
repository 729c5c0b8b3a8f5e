/** As much of S3 as a repository uses, in memory, on a free port: objects, ranges, listing in pages, uploads in parts. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

interface StoredObject {
  readonly bytes: Buffer
  readonly modified: Date
}

export class FakeS3 {
  readonly objects = new Map<string, StoredObject>()
  readonly uploads = new Map<string, Map<number, Buffer>>()
  /** Answers the next requests with these, one each. */
  readonly failures: number[] = []
  /** Keys of a listing's page. */
  pageCount = 1000
  requestCount = 0
  readonly #server: Server

  private constructor() {
    this.#server = createServer((req, res) => void this.#answer(req, res))
  }

  static async start(): Promise<FakeS3> {
    const fake = new FakeS3()
    await new Promise<void>((resolve) => fake.#server.listen(0, '127.0.0.1', resolve))
    return fake
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
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
    if (failure !== undefined) return void res.writeHead(failure).end()
    if (!/^AWS4-HMAC-SHA256 Credential=key\//.test(req.headers.authorization ?? ''))
      return void res.writeHead(403).end()
    const url = new URL(req.url ?? '/', this.endpoint)
    const key = decodeURIComponent(url.pathname).replace(/^\/bucket\/?/, '')
    const body = Buffer.concat(parts)
    if (key === '') return this.#list(url.searchParams, res)
    const uploadId = url.searchParams.get('uploadId')
    if (url.searchParams.has('uploads')) return this.#begin(key, res)
    if (uploadId !== null) return this.#upload(req.method ?? '', key, uploadId, url.searchParams, body, res)
    this.#object(req, key, body, res)
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
        const range = /^bytes=(\d+)-(\d+)$/.exec(req.headers.range ?? '')
        const bytes = range === null ? found.bytes : found.bytes.subarray(Number(range[1]), Number(range[2]) + 1)
        res.writeHead(range === null ? 200 : 206, { 'Content-Length': bytes.length, ETag: '"e"' })
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
