/**
 * A request body as one buffer, never above its limit: neither as sent, nor unpacked from gzip, nor over all requests
 * together. A refused body is not read further; the connection closes after the answer.
 */

import { constants } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { gunzip, gunzipSync } from 'node:zlib'

/** Bytes of bodies that all requests together hold. */
export class BodyBudget {
  readonly #bytesMax: number
  #bytes = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  get bytes(): number {
    return this.#bytes
  }

  take(byteCount: number): boolean {
    if (this.#bytesMax > 0 && this.#bytes + byteCount > this.#bytesMax) return false
    this.#bytes += byteCount
    return true
  }

  give(byteCount: number): void {
    this.#bytes -= byteCount
  }
}

/**
 * Memory for bodies of known length, used again when they are done with: a load of megabyte bodies otherwise makes the
 * garbage collector run for memory that it does not manage.
 */
export class BodyBuffers {
  readonly #idle: ArrayBuffer[] = []
  readonly #owned = new WeakSet<ArrayBufferLike>()
  #idleBytes = 0

  /** Exactly `byteCount` bytes of whatever was there before. */
  take(byteCount: number): Buffer {
    const index = this.#idle.findIndex(({ byteLength }) => byteLength >= byteCount && byteLength <= 4 * byteCount)
    if (index < 0) {
      const made = Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(byteCount)))
      this.#owned.add(made.buffer)
      return made.subarray(0, byteCount)
    }
    const [buffer] = this.#idle.splice(index, 1)
    this.#idleBytes -= buffer.byteLength
    return Buffer.from(buffer, 0, byteCount)
  }

  /** Nobody may look at the body afterwards. Bodies from elsewhere are left to the garbage collector. */
  giveBack({ buffer }: Uint8Array): void {
    if (!this.#owned.has(buffer) || this.#idleBytes + buffer.byteLength > IDLE_BYTES_MAX) return
    this.#idle.push(buffer as ArrayBuffer)
    this.#idleBytes += buffer.byteLength
  }
}

/** A few Telegraf batches. */
const IDLE_BYTES_MAX = 16 * 2 ** 20

export type BodyOutcome =
  /** `heldBytes` were taken from the budget; give them back when the body is done with. */
  | { readonly kind: 'body'; readonly body: Uint8Array; readonly heldBytes: number }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'budget-exhausted' }
  /** The text is what Go's gzip reader says. */
  | { readonly kind: 'bad-gzip'; readonly text: string }
  | { readonly kind: 'gone' }

export interface BodyLimits {
  readonly buffers: BodyBuffers
  /** 0 = none. */
  readonly bytesMax: number
  readonly budget: BodyBudget
}

const EMPTY = new Uint8Array(0)
/** One chunk from the socket. */
const WHOLE_BYTES_MIN = 64 * 1024
/** Chunks are joined by this many: a body sent byte by byte would need a hundred times its size. */
const LOOSE_COUNT_MAX = 1000

export async function readBody(req: IncomingMessage, limits: BodyLimits): Promise<BodyOutcome> {
  const bytesMax = limits.bytesMax > 0 ? limits.bytesMax : Number.POSITIVE_INFINITY
  const outcome = await readPlain(req, bytesMax, limits)
  if (outcome.kind !== 'body' || req.headers['content-encoding'] !== 'gzip') return outcome
  return await unpack(outcome.body, outcome.heldBytes, bytesMax, limits.budget)
}

function readPlain(req: IncomingMessage, bytesMax: number, { budget, buffers }: BodyLimits): Promise<BodyOutcome> {
  const declared = Number(req.headers['content-length'] ?? 0)
  // Went away while it waited for its turn: no event will tell so any more.
  if (req.destroyed) return Promise.resolve({ kind: 'gone' })
  if (declared > bytesMax) return Promise.resolve({ kind: 'too-large' })
  return new Promise((resolve) => {
    let length = 0
    // Bytes count once they are here: otherwise a few connections that only promise them would shut everyone out.
    let heldBytes = 0
    let isDone = false
    // A body of known length is put together as it comes, instead of being held twice at its end. The system gives
    // memory to such a buffer only as it fills.
    const whole = declared > WHOLE_BYTES_MIN ? buffers.take(declared) : null
    const chunks: Buffer[] = []
    let joinedCount = 0
    const settle = (outcome: BodyOutcome) => {
      if (isDone) return
      isDone = true
      if (outcome.kind !== 'body') {
        budget.give(heldBytes)
        chunks.length = 0
        req.pause()
      }
      resolve(outcome)
    }
    req.on('data', (chunk: Buffer) => {
      if (isDone) return
      length += chunk.length
      if (length > bytesMax) return settle({ kind: 'too-large' })
      if (!budget.take(chunk.length)) return settle({ kind: 'budget-exhausted' })
      heldBytes = length
      if (whole !== null) whole.set(chunk, length - chunk.length)
      else if (chunks.push(chunk) - joinedCount >= LOOSE_COUNT_MAX) {
        chunks.push(Buffer.concat(chunks.splice(joinedCount)))
        joinedCount++
      }
    })
    req.on('end', () => {
      const body =
        whole ?? (chunks.length === 0 ? EMPTY : chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, length))
      settle({ kind: 'body', body, heldBytes })
    })
    req.on('close', () => settle({ kind: 'gone' }))
    req.on('error', () => settle({ kind: 'gone' }))
  })
}

/** Below both, unpacking on the spot (under 1 ms) is cheaper than a trip to the thread pool. */
const SYNC_PACKED_BYTES_MAX = 16 * 1024
const SYNC_UNPACKED_BYTES_MAX = 256 * 1024

async function unpack(
  packed: Uint8Array,
  packedBytes: number,
  bytesMax: number,
  budget: BodyBudget,
): Promise<BodyOutcome> {
  if (packed.length === 0) {
    budget.give(packedBytes)
    return { kind: 'bad-gzip', text: 'EOF' }
  }
  const possible = Math.min(bytesMax, packed.length * INFLATION_MAX)
  // What the trailer claims. Where that is a lie, or the length of the last of several packs only, all that is possible is
  // taken from the budget before anything more is unpacked.
  const claimed = Math.min(claimedLength(packed), possible)
  let outcome = await unpackWithin(packed, claimed, budget)
  if (outcome.kind === 'too-large' && claimed < possible) outcome = await unpackWithin(packed, possible, budget)
  budget.give(packedBytes)
  return outcome
}

/** Deflate makes 258 bytes of two bits at the most. */
const INFLATION_MAX = 1032

async function unpackWithin(packed: Uint8Array, bytesMax: number, budget: BodyBudget): Promise<BodyOutcome> {
  if (!budget.take(bytesMax)) return { kind: 'budget-exhausted' }
  try {
    const body = await unpackBytes(packed, bytesMax)
    budget.give(bytesMax - body.length)
    return { kind: 'body', body, heldBytes: body.length }
  } catch (error) {
    budget.give(bytesMax)
    return explainGzipError(error)
  }
}

function claimedLength(packed: Uint8Array): number {
  if (packed.length < 18) return 0
  const view = new DataView(packed.buffer, packed.byteOffset, packed.length)
  return view.getUint32(packed.length - 4, true)
}

function unpackBytes(packed: Uint8Array, bytesMax: number): Buffer | Promise<Buffer> {
  const maxOutputLength = Math.min(Math.max(bytesMax, 1), constants.MAX_LENGTH)
  if (packed.length <= SYNC_PACKED_BYTES_MAX && bytesMax <= SYNC_UNPACKED_BYTES_MAX) {
    return gunzipSync(packed, { maxOutputLength })
  }
  return new Promise((resolve, reject) => {
    gunzip(packed, { maxOutputLength }, (error, body) => {
      if (error) reject(error)
      else resolve(body)
    })
  })
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
}

function explainGzipError(error: unknown): BodyOutcome {
  if (isTooLarge(error)) return { kind: 'too-large' }
  const reason = error instanceof Error ? error.message : ''
  if (reason.includes('unexpected end')) return { kind: 'bad-gzip', text: 'unexpected EOF' }
  if (reason.includes('data check') || reason.includes('length check')) {
    return { kind: 'bad-gzip', text: 'gzip: invalid checksum' }
  }
  return { kind: 'bad-gzip', text: 'gzip: invalid header' }
}
