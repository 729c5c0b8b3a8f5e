/**
 * A server under test: a child process with a data folder and an HTTP port on the loopback address. `start` returns once
 * the port answers `GET /ping` with 204 and the listener is known to be our own child.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, openSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { getHead, type HttpAnswer, HttpConnection, postHead, queryPath } from './http-connection.js'
import { ownChild } from './own-children.js'
import { isListener, type ProcessUsage, readProcessUsage } from './process-files.js'
import type { ServerKind } from './server-kinds.js'

export const DATABASE = 'benchmark'

export type Stalls = { count: number; p50Ms: number; p99Ms: number; maxMs: number }

/** `settle` lets a server compact soon what it would otherwise compact hours later; `keep-wal` delays every flush. */
export type StartPurpose = 'serve' | 'settle' | 'keep-wal'

const READY_TIMEOUT_MS = 120_000
const STOP_TIMEOUT_MS = 120_000

export class BenchServer {
  readonly kind: ServerKind
  readonly folder: string
  readonly port: number
  /** From spawning to the first 204 on /ping. */
  readonly readyMs: number
  readonly #child: ChildProcess
  readonly #stallPath: string
  #connection: HttpConnection | undefined
  #usage: ProcessUsage = { peakRssBytes: 0, cpuSeconds: 0 }
  readonly #usageTimer: NodeJS.Timeout

  static async start(kind: ServerKind, folder: string, purpose: StartPurpose = 'serve'): Promise<BenchServer> {
    const dataDir = join(folder, 'data')
    mkdirSync(dataDir, { recursive: true })
    const port = await findFreePort()
    const stallPath = join(folder, 'stalls.json')
    const { file, args, env } = kind.command({ folder, dataDir, port, purpose, stallPath })
    const log = openSync(join(folder, 'server.log'), 'a')
    const startMs = performance.now()
    const child = ownChild(spawn(file, args, { stdio: ['ignore', log, log], env: { ...process.env, ...env } }))
    await waitUntilReady(child, port, folder)
    return new BenchServer({ kind, folder, port, child, stallPath, readyMs: performance.now() - startMs })
  }

  private constructor(parts: {
    kind: ServerKind
    folder: string
    port: number
    child: ChildProcess
    stallPath: string
    readyMs: number
  }) {
    this.kind = parts.kind
    this.folder = parts.folder
    this.port = parts.port
    this.readyMs = parts.readyMs
    this.#child = parts.child
    this.#stallPath = parts.stallPath
    this.#usageTimer = setInterval(() => this.usage(), 100)
    this.#usageTimer.unref()
  }

  get dataDir(): string {
    return join(this.folder, 'data')
  }

  /** Peak memory and processor time so far; the last known values once the process has ended. */
  usage(): ProcessUsage {
    this.#usage = readProcessUsage(this.#child.pid!) ?? this.#usage
    return this.#usage
  }

  /** Stalls of the event loop since the last call; undefined for a server that has no probe. */
  async takeStalls(): Promise<Stalls | undefined> {
    if (!this.kind.hasStallProbe) return undefined
    rmSync(this.#stallPath, { force: true })
    this.#child.kill('SIGUSR2')
    for (let attempt = 0; attempt < 500; attempt++) {
      await sleep(20)
      try {
        return JSON.parse(readFileSync(this.#stallPath, 'utf8')) as Stalls
      } catch {}
    }
    throw new Error(`${this.kind.name} did not report its stalls`)
  }

  async query(text: string, options: { database?: string; isBodyKept?: boolean } = {}): Promise<HttpAnswer> {
    return this.request(getHead(queryPath(options.database ?? DATABASE, text)), options)
  }

  async execute(statement: string): Promise<void> {
    const answer = await this.request(postHead(`/query?q=${encodeURIComponent(statement)}`, 0))
    if (answer.status !== 200 || answer.body.includes('"error"')) {
      throw new Error(`${this.kind.name}: ${statement}: ${answer.status} ${answer.body.toString()}`)
    }
  }

  async write(lines: string): Promise<void> {
    const answer = await this.request(postHead(`/write?db=${DATABASE}`, lines.length) + lines)
    if (answer.status !== 204) throw new Error(`${this.kind.name}: write: ${answer.status} ${answer.body.toString()}`)
  }

  async request(head: string, options: { isBodyKept?: boolean } = {}): Promise<HttpAnswer> {
    this.#connection ??= await HttpConnection.open(this.port)
    try {
      return await this.#connection.send([head], options)
    } catch (error) {
      this.#connection = undefined
      throw new Error(`${this.kind.name}: ${String(error)}\n${logTail(this.folder)}`)
    }
  }

  /** Ends the server as an operator would and returns how long that took. */
  async stop(): Promise<number> {
    const startMs = performance.now()
    const exit = this.#exited()
    this.#child.kill('SIGTERM')
    const isTooLate = await Promise.race([exit.then(() => false), sleep(STOP_TIMEOUT_MS, true, { ref: false })])
    if (isTooLate) {
      this.#child.kill('SIGKILL')
      throw new Error(`${this.kind.name} did not stop within ${STOP_TIMEOUT_MS} ms\n${logTail(this.folder)}`)
    }
    return performance.now() - startMs
  }

  async kill(): Promise<void> {
    const exit = this.#exited()
    this.#child.kill('SIGKILL')
    await exit
  }

  async #exited(): Promise<void> {
    this.usage()
    clearInterval(this.#usageTimer)
    this.#connection?.close()
    this.#connection = undefined
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const timer = setInterval(() => this.usage(), 20)
    await once(this.#child, 'exit')
    clearInterval(timer)
  }
}

async function waitUntilReady(child: ChildProcess, port: number, folder: string): Promise<void> {
  const endMs = performance.now() + READY_TIMEOUT_MS
  while (performance.now() < endMs) {
    if (child.exitCode !== null || child.signalCode !== null) break
    if (isListener(child.pid!, port) && (await isPingAnswered(port))) return
    await sleep(5)
  }
  child.kill('SIGKILL')
  throw new Error(`the server did not become ready: ${child.spawnargs.join(' ')}\n${logTail(folder)}`)
}

async function isPingAnswered(port: number): Promise<boolean> {
  try {
    const connection = await HttpConnection.open(port)
    const answer = await connection.send([getHead('/ping')])
    connection.close()
    return answer.status === 204
  } catch {
    return false
  }
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no TCP port')
  return address.port
}

function logTail(folder: string): string {
  return readFileSync(join(folder, 'server.log'), 'utf8').split('\n').slice(-20).join('\n')
}
