/**
 * The built server as a child of a test: on a port of its own, known by its address as soon as its log tells it. A server
 * that ends before fails the test with its own words.
 */

import type { ChildProcess } from 'node:child_process'
import { type Outcome, outcomeOf, type SpawnOptions, spawnBin } from './built-bin.js'

export interface ServedBin {
  readonly child: ChildProcess
  readonly url: string
  readonly ended: Promise<Outcome>
  /** The log so far. */
  log(): string
}

export interface ServeOptions extends SpawnOptions {
  /** Default: any free port of 127.0.0.1. */
  readonly bind?: string
}

export async function serveBin(args: readonly string[], options: ServeOptions = {}): Promise<ServedBin> {
  const { bind = '127.0.0.1:0', ...rest } = options
  const child = spawnBin(['serve', '--bind', bind, '--log-format', 'json', ...args], rest)
  const ended = outcomeOf(child)
  let log = ''
  const listening = new Promise<string>((resolve) => {
    child.stderr?.on('data', (piece) => {
      log += piece
      const url = /"url":"([^"]+)"/.exec(log)?.[1]
      if (url !== undefined) resolve(url)
    })
  })
  const failed = ended.then(({ exit, stderr }) => {
    throw new Error(`the server ended with ${exit}: ${stderr}`)
  })
  return { child, url: await Promise.race([listening, failed]), ended, log: () => log }
}

/** Resolves when it is gone, with all that it printed. */
export async function stopServed({ child, ended }: ServedBin, signal: NodeJS.Signals = 'SIGTERM'): Promise<Outcome> {
  child.kill(signal)
  return await ended
}
