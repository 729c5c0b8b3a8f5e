/**
 * A keep-alive HTTP/1.1 connection that costs as little as a client can: one request at a time over a raw socket, heads
 * ready made, bodies handed over as they came. It understands what servers under test send: Content-Length, chunked
 * bodies and 204. Anything else is an error.
 */
import { connect, type Socket } from 'node:net'

export type HttpAnswer = { status: number; body: Buffer; byteCount: number }
export type SendOptions = { isBodyKept?: boolean }

type Waiter = { resolve: (answer: HttpAnswer) => void; reject: (error: Error) => void }

export class HttpConnection {
  readonly #socket: Socket
  #waiter: Waiter | undefined
  #failure: Error | undefined
  #reader: AnswerReader | undefined

  static async open(port: number): Promise<HttpConnection> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
    return new HttpConnection(socket)
  }

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.removeAllListeners('error')
    socket.on('error', (error) => this.#fail(error))
    socket.on('close', () => this.#fail(new Error('the server closed the connection')))
    socket.on('data', (bytes) => this.#read(bytes))
  }

  /** Sends the parts one after another and resolves with the whole answer. One request at a time. */
  send(parts: readonly (Buffer | string)[], options: SendOptions = {}): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure)
      if (this.#waiter !== undefined) return reject(new Error('one request at a time'))
      this.#waiter = { resolve, reject }
      this.#reader = new AnswerReader(options.isBodyKept ?? true)
      this.#socket.cork()
      for (const part of parts) this.#socket.write(part)
      this.#socket.uncork()
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #read(bytes: Buffer): void {
    try {
      const answer = this.#reader?.read(bytes)
      if (answer === undefined) return
      const waiter = this.#waiter
      this.#waiter = undefined
      this.#reader = undefined
      waiter?.resolve(answer)
    } catch (error) {
      this.#fail(error as Error)
      this.#socket.destroy()
    }
  }

  #fail(error: Error): void {
    this.#failure ??= error
    this.#waiter?.reject(this.#failure)
    this.#waiter = undefined
  }
}

export function getHead(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: bench\r\n\r\n`
}

export function postHead(path: string, bodyLength: number): string {
  return `POST ${path} HTTP/1.1\r\nHost: bench\r\nContent-Type: text/plain\r\nContent-Length: ${bodyLength}\r\n\r\n`
}

export function queryPath(database: string, text: string): string {
  return `/query?db=${encodeURIComponent(database)}&q=${encodeURIComponent(text)}`
}

const HEAD_END = '\r\n\r\n'

/** Reads one answer out of the pieces in which it arrives. */
class AnswerReader {
  readonly #isBodyKept: boolean
  #pending: Buffer = Buffer.alloc(0)
  #status = 0
  #isChunked = false
  /** Bytes of the body, or of the current chunk, that are still to come; undefined while the head is incomplete. */
  #missing: number | undefined
  #isInChunk = false
  #parts: Buffer[] = []
  #byteCount = 0

  constructor(isBodyKept: boolean) {
    this.#isBodyKept = isBodyKept
  }

  read(bytes: Buffer): HttpAnswer | undefined {
    let rest = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes])
    this.#pending = Buffer.alloc(0)
    if (this.#missing === undefined) {
      const headEnd = rest.indexOf(HEAD_END)
      if (headEnd < 0) return this.#wait(rest)
      this.#readHead(rest.toString('latin1', 0, headEnd))
      rest = rest.subarray(headEnd + HEAD_END.length)
    }
    return this.#isChunked ? this.#readChunks(rest) : this.#readSized(rest)
  }

  #readHead(head: string): void {
    this.#status = Number(head.slice(9, 12))
    this.#isChunked = /\r\ntransfer-encoding: *chunked/i.test(head)
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)
    if (!this.#isChunked && length === null && this.#status !== 204) throw new Error(`unexpected answer: ${head}`)
    this.#missing = this.#isChunked || length === null ? 0 : Number(length[1])
  }

  #readSized(bytes: Buffer): HttpAnswer | undefined {
    if (bytes.length > this.#missing!) throw new Error('bytes after the end of an answer')
    this.#keep(bytes)
    return this.#missing === 0 ? this.#answer() : undefined
  }

  #readChunks(bytes: Buffer): HttpAnswer | undefined {
    let rest = bytes
    for (;;) {
      if (this.#isInChunk) {
        const take = Math.min(this.#missing!, rest.length)
        this.#keep(rest.subarray(0, take))
        rest = rest.subarray(take)
        if (this.#missing! > 0) return undefined
        if (rest.length < 2) return this.#wait(rest)
        rest = rest.subarray(2)
        this.#isInChunk = false
      }
      const lineEnd = rest.indexOf('\r\n')
      if (lineEnd < 0) return this.#wait(rest)
      const size = Number.parseInt(rest.toString('latin1', 0, lineEnd), 16)
      if (size === 0) return rest.length < lineEnd + 4 ? this.#wait(rest) : this.#answer()
      rest = rest.subarray(lineEnd + 2)
      this.#missing = size
      this.#isInChunk = true
    }
  }

  #keep(bytes: Buffer): void {
    this.#missing! -= bytes.length
    this.#byteCount += bytes.length
    if (this.#isBodyKept && bytes.length > 0) this.#parts.push(bytes)
  }

  #wait(rest: Buffer): undefined {
    this.#pending = rest
  }

  #answer(): HttpAnswer {
    return { status: this.#status, body: Buffer.concat(this.#parts), byteCount: this.#byteCount }
  }
}
