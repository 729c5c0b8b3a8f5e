/**
 * Blobs as objects of an S3 bucket (Amazon's, MinIO's, Ceph's, …). An object appears as a whole when its upload is complete;
 * a large one goes up in parts, and the parts of an upload that fails are thrown away. What a request fails with in
 * passing is tried again.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import type { S3mini } from 's3mini'
import { ClientError } from '../../../client/client-error.js'
import { type BlobStore, MissingBlobError, type StoredBlob } from './blob-store.js'

export interface S3Options {
  /** With the bucket in its path: `https://s3.eu-central-1.amazonaws.com/bucket`. */
  readonly endpoint: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** `backups/hyperbyte`, '' for the whole bucket. */
  readonly prefix: string
  /** For messages: `s3://bucket/prefix`. */
  readonly location: string
}

/** S3 takes parts from 5 MiB on, and 10,000 of them: files up to 156 GiB. */
const PART_BYTES = 16 * 2 ** 20
const TRY_COUNT_MAX = 4
const RETRY_MS = 250
const PAGE_COUNT = 1000
const BINARY = 'application/octet-stream'

export class S3Store implements BlobStore {
  readonly location: string
  readonly #prefix: string
  readonly #client: S3mini

  private constructor(options: S3Options, client: S3mini) {
    this.location = options.location
    this.#prefix = options.prefix === '' ? '' : `${options.prefix.replace(/\/+$/, '')}/`
    this.#client = client
  }

  static async open(options: S3Options): Promise<S3Store> {
    const [{ S3mini }, { fetch }] = await Promise.all([import('s3mini'), import('undici')])
    const { endpoint, region, accessKeyId, secretAccessKey } = options
    // Node's own fetch sends through the agent of undici once that is loaded, and the two disagree about content-length.
    const ownFetch = fetch as unknown as typeof globalThis.fetch
    return new S3Store(options, new S3mini({ endpoint, region, accessKeyId, secretAccessKey, fetch: ownFetch }))
  }

  async size(key: string): Promise<number | null> {
    try {
      return await this.#trying(() => this.#client.getContentLength(this.#prefix + key))
    } catch (error) {
      if (statusOf(error) === 404) return null
      throw this.#translate(error)
    }
  }

  async *read(key: string, range?: { readonly start: number; readonly end: number }): AsyncGenerator<Uint8Array> {
    if (range !== undefined && range.end <= range.start) return
    const path = this.#prefix + key
    try {
      const response = await this.#trying(() =>
        range === undefined
          ? this.#client.getObjectRaw(path)
          : this.#client.getObjectRaw(path, false, range.start, range.end),
      )
      if (response.body !== null) yield* response.body as AsyncIterable<Uint8Array>
    } catch (error) {
      if (statusOf(error) === 404) throw new MissingBlobError(this.location, key)
      throw this.#translate(error)
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

  async *list(prefix: string): AsyncGenerator<StoredBlob> {
    let token: string | undefined
    do {
      const page = await this.#sending(() =>
        this.#client.listObjectsPaged('/', this.#prefix + prefix, PAGE_COUNT, token),
      )
      for (const { Key, Size, LastModified } of page?.objects ?? []) {
        const modifiedMs = new Date(LastModified).getTime()
        yield { key: Key.slice(this.#prefix.length), byteCount: Number(Size), modifiedMs }
      }
      token = page?.nextContinuationToken
    } while (token !== undefined)
  }

  async remove(key: string): Promise<void> {
    await this.#sending(() => this.#client.deleteObject(this.#prefix + key))
  }

  /** An upload that was answered is durable. */
  async sync(): Promise<void> {}

  async #writeParts(path: string, first: Uint8Array, rest: AsyncGenerator<Uint8Array>): Promise<void> {
    const uploadId = await this.#sending(() => this.#client.getMultipartUploadId(path, BINARY))
    try {
      const uploaded = [await this.#sending(() => this.#client.uploadPart(path, uploadId, first, 1))]
      for await (const part of rest) {
        const number = uploaded.length + 1
        uploaded.push(await this.#sending(() => this.#client.uploadPart(path, uploadId, part, number)))
      }
      await this.#sending(() => this.#client.completeMultipartUpload(path, uploadId, uploaded))
    } catch (error) {
      await this.#client.abortMultipartUpload(path, uploadId).catch(() => undefined)
      throw error
    }
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
        await sleep(RETRY_MS * 2 ** tryCount)
      }
    }
  }

  #translate(error: unknown): unknown {
    const status = statusOf(error)
    const { message } = error as Error
    if (status === 401 || status === 403) {
      return new ClientError('denied', `${this.location}: ${message}`, { status, cause: error })
    }
    if (status !== null) return new ClientError('unexpected', `${this.location}: ${message}`, { status, cause: error })
    if (!isNetworkError(error)) return error
    return new ClientError('unreachable', `cannot reach ${this.location}: ${message}`, { cause: error })
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

/** Of an answer; some errors wrap the one that knows. */
function statusOf(error: unknown): number | null {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const { status } = at as { status?: unknown }
    if (typeof status === 'number' && status > 0) return status
  }
  return null
}

function isPassing(error: unknown): boolean {
  const status = statusOf(error)
  return status === null ? isNetworkError(error) : status >= 500 || status === 429
}

function isNetworkError(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (
      at.name === 'S3NetworkError' ||
      'code' in at ||
      (at instanceof TypeError && /fetch failed|terminated/.test(at.message))
    ) {
      return true
    }
  }
  return false
}
