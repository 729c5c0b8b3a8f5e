/**
 * A port of 127.0.0.1 that stays free while nobody listens on it, for servers that come later or come back: below the range
 * from which a system serves those who ask for any port, where another test would take it meanwhile.
 */

import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

const FIRST = 20_000
const END = 32_000
const TRIES_MAX = 100

export async function lastingPort(): Promise<number> {
  for (let i = 0; i < TRIES_MAX; i++) {
    const port = randomInt(FIRST, END)
    if (await isFree(port)) return port
  }
  throw new Error(`no port from ${FIRST} to ${END} is free`)
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer()
  try {
    probe.listen(port, '127.0.0.1')
    await once(probe, 'listening')
    return true
  } catch {
    return false
  } finally {
    probe.close()
  }
}
