/**
 * Where a backup repository lies: bytes under keys such as `sets/20261120T034417Z.json`, '/' between the parts. Two
 * implementations (a directory, an S3 bucket) pass one contract suite.
 */

export interface StoredBlob {
  readonly key: string
  readonly byteCount: number
  readonly modifiedMs: number
}

export interface BlobStore {
  /** For messages. */
  readonly location: string
  /** null when there is nothing under the key. */
  size(key: string): Promise<number | null>
  /** Bytes `[start, end)`, by default all. Throws `MissingBlobError`. */
  read(key: string, range?: { readonly start: number; readonly end: number }): AsyncIterable<Uint8Array>
  /**
   * The bytes are there as a whole or not at all: when `pieces` throws, or the process dies, what was under the key before
   * is still there. Durable after `sync`.
   */
  write(key: string, pieces: AsyncIterable<Uint8Array>): Promise<void>
  /** As `write`, from a file of this machine. `check` reads the copy before it gets its name, and refuses it by throwing. */
  copyIn?(key: string, file: string, check: (copy: AsyncIterable<Uint8Array>) => Promise<void>): Promise<void>
  /** The file of this machine that has, or would have, the blob; null when blobs are elsewhere. */
  fileOf(key: string): string | null
  /** Everything whose key begins with `prefix`, in no order. */
  list(prefix: string): AsyncIterable<StoredBlob>
  /** Nothing happens when there is nothing. */
  remove(key: string): Promise<void>
  /** Everything written so far survives a loss of power. */
  sync(): Promise<void>
}

export class MissingBlobError extends Error {
  constructor(location: string, key: string) {
    super(`${location} has no ${key}`)
    this.name = 'MissingBlobError'
  }
}
