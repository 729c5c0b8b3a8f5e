/** A checkpoint of a running server: the same interface as the engine's own, over HTTP. */

import type { Checkpoint, CheckpointInfo } from '../engine/index.js'
import { ClientError } from './client-error.js'
import type { HttpClient } from './http-client.js'

const PATH = '/api/v1/checkpoints'
/** The server lets go of a checkpoint whose client is silent for some minutes, or for 15 s where there are many. */
const KEEP_ALIVE_MS = 5_000

interface CheckpointDocument {
  readonly id: string
  readonly instance: string
  readonly node: number
  readonly time_ns: string
  readonly files_in: string
  readonly flushed_sequence: string
  readonly last_sequence: string
  readonly files: number
  readonly file_bytes: string
}

export class RemoteCheckpoint implements Checkpoint {
  readonly info: CheckpointInfo
  readonly #client: HttpClient
  readonly #path: string
  readonly #timer: NodeJS.Timeout
  #isReleased = false

  private constructor(client: HttpClient, document: CheckpointDocument) {
    this.#client = client
    this.#path = `${PATH}/${document.id}`
    this.info = {
      instanceId: document.instance,
      nodeId: document.node,
      timeNs: BigInt(document.time_ns),
      filesIn: document.files_in,
      flushedSequence: BigInt(document.flushed_sequence),
      lastSequence: BigInt(document.last_sequence),
      fileCount: document.files,
      fileByteCount: Number(document.file_bytes),
    }
    // Should it fail, the next read says why.
    this.#timer = setInterval(() => void client.askApi('GET', this.#path).catch(() => undefined), KEEP_ALIVE_MS)
    this.#timer.unref()
  }

  /** Throws `denied` when the user is no admin. */
  static async open(client: HttpClient): Promise<RemoteCheckpoint> {
    try {
      return new RemoteCheckpoint(client, (await client.askApi('POST', PATH)) as CheckpointDocument)
    } catch (error) {
      if (!(error instanceof ClientError) || error.status !== 404) throw error
      throw new ClientError(
        'unexpected',
        'the server cannot be backed up this way: it is no hyperbyte, or an older one',
        {
          status: 404,
          cause: error,
        },
      )
    }
  }

  registry(): AsyncIterable<Uint8Array> {
    return this.#client.readApi(`${this.#path}/registry`)
  }

  wal(): AsyncIterable<Uint8Array> {
    return this.#client.readApi(`${this.#path}/wal`)
  }

  file(id: number): AsyncIterable<Uint8Array> {
    return this.#client.readApi(`${this.#path}/files/${id}`)
  }

  async release(): Promise<void> {
    if (this.#isReleased) return
    this.#isReleased = true
    clearInterval(this.#timer)
    // A server that is gone has released it.
    await this.#client.askApi('DELETE', this.#path).catch(() => undefined)
  }
}
