/**
 * Blobs as objects of an S3 bucket (Amazon's, MinIO's, Ceph's, …). An object appears as a whole when its upload is complete;
 * a large one goes up in parts, and the parts of an upload that fails are thrown away. What a request fails with in
 * passing is tried again.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import type { S3mini } from 's3mini'
import { type BlobStore, MissingBlobError, type StoredBlob } from './blob-store.js'
import type { S3Credentials } from './s3-credentials.js'
import { codeOf, isNetworkError, isPassing, noSuchBucket, statusOf, translateError } from './s3-error.js'
import { signingFetch } from './signing-fetch.js'

export interface S3Options {
  /** With the bucket in its path: `https://s3.eu-central-1.amazonaws.com/bucket`. */
  readonly endpoint: string
  readonly bucket: string
  readonly region: string
  readonly credentials: S3Credentials
  /** `backups/hyperbyte`, '' for the whole bucket. */
  readonly prefix: string
  /** For messages: `s3://bucket/prefix`. */
  readonly location: string
  /** Half of the wait before the second try; each wait is twice the one before. */
  readonly retryMs: number
}

/** S3 takes parts from 5 MiB on, and 10,000 of them: files up to 156 GiB. */
const PART_BYTES = 16 * 2 ** 20
const TRY_COUNT_MAX = 4
const PAGE_COUNT = 1000
const BINARY = 'application/octet-stream'

export class S3Store implements BlobStore {
  readonly location: string
  readonly #bucket: string
  readonly #prefix: string
  readonly #retryMs: number
  readonly #client: S3mini

  private constructor({ location, bucket, prefix, retryMs }: S3Options, client: S3mini) {
    this.location = location
    this.#bucket = bucket
    this.#retryMs = retryMs
    this.#prefix = prefix === '' ? '' : `${prefix.replace(/\/+$/, '')}/`
    this.#client = client
  }

  static async open(options: S3Options): Promise<S3Store> {
    const [{ S3mini }, fetch] = await Promise.all([import('s3mini'), signingFetch(options)])
    const { endpoint, region } = options
    // Without keys the client signs nothing: what it knows of signing lacks the tokens of sessions.
    return new S3Store(options, new S3mini({ endpoint, region, accessKeyId: '', secretAccessKey: '', fetch }))
  }

  async size(key: string): Promise<number | null> {
    try {
      return await this.#trying(() => this.#client.getContentLength(this.#prefix + key))
    } catch (error) {
      if (statusOf(error) === 404) return null
      throw this.#translate(error)
    }
  }

  /** A connection that breaks is taken up where it broke. */
  async *read(key: string, range?: { readonly start: number; readonly end: number }): AsyncGenerator<Uint8Array> {
    if (range !== undefined && range.end <= range.start) return
    let start = range?.start ?? 0
    for (let tryCount = 1; ; tryCount++) {
      try {
        for await (const piece of await this.#open(key, start, range?.end)) {
          yield piece
          start += piece.length
          tryCount = 1
        }
        return
      } catch (error) {
        if (error instanceof MissingBlobError) throw error
        if (!isNetworkError(error) || tryCount === TRY_COUNT_MAX) throw this.#translate(error)
        await sleep(this.#retryMs * 2 ** tryCount)
      }
    }
  }

  async write(key: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
    const path = this.#prefix + key
    const parts = partsOf(pieces)
    const first = await parts.next()
    const bytes = first.done === true ? new Uint8Array(0) : first.value
    if (bytes.length === PART_BYTES) return await this.#writeParts(path, bytes, parts)
    await this.#sending(() => this.#client.putObject(path, bytes, BINARY))
  }

  fileOf(): null {
    return null
  }

  async *list(prefix: string): AsyncGenerator<StoredBlob> {
    let token: string | undefined
    do {
      const page = await this.#sending(() =>
        this.#client.listObjectsPaged('/', this.#prefix + prefix, PAGE_COUNT, token),
      )
      if (page == null) throw noSuchBucket(this.location, this.#bucket)
      for (const { Key, Size, LastModified } of page.objects ?? []) {
        const modifiedMs = new Date(LastModified).getTime()
        yield { key: Key.slice(this.#prefix.length), byteCount: Number(Size), modifiedMs }
      }
      token = page.nextContinuationToken
    } while (token !== undefined)
  }

  async remove(key: string): Promise<void> {
    await this.#sending(() => this.#client.deleteObject(this.#prefix + key))
  }

  /** An upload that was answered is durable. */
  async sync(): Promise<void> {}

  async #open(
    key: string,
    start: number,
    end: number | undefined,
  ): Promise<AsyncIterable<Uint8Array> | Iterable<Uint8Array>> {
    const path = this.#prefix + key
    try {
      const response = await this.#trying(() =>
        start === 0 && end === undefined
          ? this.#client.getObjectRaw(path)
          : this.#client.getObjectRaw(path, false, start, end),
      )
      return (response.body as AsyncIterable<Uint8Array> | null) ?? []
    } catch (error) {
      // A connection that broke at the last byte.
      if (statusOf(error) === 416 && start > 0) return []
      if (statusOf(error) === 404 && codeOf(error) !== 'NoSuchBucket') throw new MissingBlobError(this.location, key)
      throw error
    }
  }

  async #writeParts(path: string, first: Uint8Array, rest: AsyncGenerator<Uint8Array>): Promise<void> {
    const uploadId = await this.#sending(() => this.#client.getMultipartUploadId(path, BINARY))
    try {
      const uploaded = [await this.#sending(() => this.#client.uploadPart(path, uploadId, first, 1))]
      for await (const part of rest) {
        const number = uploaded.length + 1
        uploaded.push(await this.#sending(() => this.#client.uploadPart(path, uploadId, part, number)))
      }
      await this.#sending(() => this.#complete(path, uploadId, uploaded))
    } catch (error) {
      await this.#client.abortMultipartUpload(path, uploadId).catch(() => undefined)
      throw error
    }
  }

  /** Putting the parts together takes long, so S3 begins its answer with 200 before it knows how it will end. */
  async #complete(
    path: string,
    uploadId: string,
    parts: Parameters<S3mini['completeMultipartUpload']>[2],
  ): Promise<void> {
    const { etag, ...answer } = await this.#client.completeMultipartUpload(path, uploadId, parts)
    if (typeof etag === 'string' && etag !== '') return
    const text = `the parts could not be put together: ${JSON.stringify(answer)}`
    throw Object.assign(new Error(text), { status: 500 })
  }

  async #sending<T>(send: () => Promise<T>): Promise<T> {
    try {
      return await this.#trying(send)
    } catch (error) {
      throw this.#translate(error)
    }
  }

  async #trying<T>(send: () => Promise<T>): Promise<T> {
    for (let tryCount = 1; ; tryCount++) {
      try {
        return await send()
      } catch (error) {
        if (!isPassing(error) || tryCount === TRY_COUNT_MAX) throw error
        await sleep(this.#retryMs * 2 ** tryCount)
      }
    }
  }

  #translate(error: unknown): unknown {
    return translateError(error, { location: this.location, bucket: this.#bucket })
  }
}

/** Every part but the last has `PART_BYTES`. */
async function* partsOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  let part = Buffer.allocUnsafe(PART_BYTES)
  let length = 0
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; ) {
      const taken = Math.min(PART_BYTES - length, piece.length - at)
      part.set(piece.subarray(at, at + taken), length)
      length += taken
      at += taken
      if (length < PART_BYTES) continue
      yield part
      part = Buffer.allocUnsafe(PART_BYTES)
      length = 0
    }
  }
  if (length > 0) yield part.subarray(0, length)
}
