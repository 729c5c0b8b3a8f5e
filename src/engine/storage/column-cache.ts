/**
 * Decoded pieces of Parquet files, least recently used first out. Entries are made by one load each, however many ask;
 * the bytes are a bound, not a target.
 */

export interface CacheEntry {
  readonly byteCount: number
}

export class ColumnCache<T extends CacheEntry> {
  readonly byteCountMax: number
  /** In order of last use. */
  readonly #entries = new Map<string, T>()
  readonly #loading = new Map<string, Promise<T>>()
  #byteCount = 0

  constructor(byteCountMax: number) {
    this.byteCountMax = byteCountMax
  }

  get byteCount(): number {
    return this.#byteCount
  }

  get(key: string): T | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    return entry
  }

  /** The entry, or a load of it that somebody has begun. */
  peek(key: string): T | Promise<T> | undefined {
    return this.get(key) ?? this.#loading.get(key)
  }

  /** Takes a load in; its entry stays when it comes. */
  load(key: string, loaded: Promise<T>): Promise<T> {
    const kept = loaded.then(
      (entry) => {
        this.#loading.delete(key)
        this.#put(key, entry)
        return entry
      },
      (error) => {
        this.#loading.delete(key)
        throw error
      },
    )
    this.#loading.set(key, kept)
    return kept
  }

  /** Forgets every entry whose key begins with `prefix`. */
  forget(prefix: string): void {
    for (const [key, entry] of this.#entries) {
      if (!key.startsWith(prefix)) continue
      this.#entries.delete(key)
      this.#byteCount -= entry.byteCount
    }
  }

  #put(key: string, entry: T): void {
    this.#entries.set(key, entry)
    this.#byteCount += entry.byteCount
    for (const [oldest, { byteCount }] of this.#entries) {
      if (this.#byteCount <= this.byteCountMax) return
      this.#entries.delete(oldest)
      this.#byteCount -= byteCount
    }
  }
}
