/**
 * A server as a child process: started on port 0 with a temporary folder of its own, found by the sockets it listens on,
 * ready when /ping answers 204. It is stopped by its own pid; the folder goes with it unless the test owns it.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { exchange } from './exchange.js'
import { listeningPorts } from './listening-ports.js'

export interface ServerCommand {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  /** Holds the data and `output.log`. */
  readonly folder: string
  readonly env?: Readonly<Record<string, string>>
  readonly startMsMax: number
}

export interface ServerProcess {
  readonly name: string
  readonly pid: number
  readonly port: number
  readonly url: string
  /** What it printed so far. */
  output(): string
  /** SIGTERM, then SIGKILL after a minute. Idempotent. */
  stop(): Promise<void>
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>
  /** Removes the folder; call it after `stop`. */
  discard(): void
}

export async function startServer(server: ServerCommand): Promise<ServerProcess> {
  const logPath = path.join(server.folder, 'output.log')
  const log = openSync(logPath, 'a')
  const child = spawn(server.command, server.args, {
    cwd: process.cwd(),
    env: { ...process.env, ...server.env },
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  const failed = once(child, 'error').then(([error]) => error as Error)
  const output = (): string => readFileSync(logPath, 'utf8')
  try {
    const port = await Promise.race([failed.then((error) => Promise.reject(error)), readyPort(child, server, output)])
    return processHandle(server, child, port, output)
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
}

/** A server may listen on more than one port: the one that answers /ping is meant. All of them are the child's own. */
async function readyPort(child: ChildProcess, server: ServerCommand, output: () => string): Promise<number> {
  const deadlineMs = performance.now() + server.startMsMax
  while (performance.now() < deadlineMs) {
    if (child.exitCode !== null) throw new Error(`${server.name} ended with ${child.exitCode}:\n${output()}`)
    for (const port of child.pid === undefined ? [] : listeningPorts(child.pid)) {
      if (await answersPing(port)) return port
    }
    await sleep(50)
  }
  throw new Error(`${server.name} did not answer /ping within ${server.startMsMax} ms:\n${output()}`)
}

async function answersPing(port: number): Promise<boolean> {
  try {
    const answer = await exchange(port, { method: 'GET', target: '/ping', headers: {}, body: null }, 5000)
    return answer.status === 204
  } catch {
    return false
  }
}

function processHandle(server: ServerCommand, child: ChildProcess, port: number, output: () => string): ServerProcess {
  const exited = once(child, 'exit')
  const isGone = (): boolean => child.exitCode !== null || child.signalCode !== null
  const kill = async (): Promise<void> => {
    if (isGone()) return
    child.kill('SIGKILL')
    await exited
  }
  const stop = async (): Promise<void> => {
    if (isGone()) return
    child.kill('SIGTERM')
    const patience = new AbortController()
    await Promise.race([exited, sleep(60_000, undefined, { signal: patience.signal }).then(kill, () => undefined)])
    patience.abort()
  }
  return {
    name: server.name,
    pid: child.pid!,
    port,
    url: `http://127.0.0.1:${port}`,
    output,
    stop,
    kill,
    discard: () => rmSync(server.folder, { recursive: true, force: true }),
  }
}
