/** What else has to work: modules made of native code, and the address to listen on. */

import { once } from 'node:events'
import { createServer } from 'node:net'
import { type Finding, fail, ok, warn } from './finding.js'

export async function checkNativeModules(): Promise<Finding> {
  try {
    const [{ DuckDBInstance, version }] = await Promise.all([import('@duckdb/node-api'), import('level')])
    const instance = await DuckDBInstance.create(':memory:')
    try {
      const connection = await instance.connect()
      await connection.run('SELECT 1')
      connection.closeSync()
    } finally {
      instance.closeSync()
    }
    return ok('native modules', `DuckDB ${version()} and LevelDB load`)
  } catch (error) {
    const reason = (error as Error).message.split('\n')[0]
    return fail('native modules', reason, 'install again on this machine: npm install -g hyperbyte')
  }
}

export interface Address {
  /** '' = every interface. */
  readonly host: string
  readonly port: number
}

/** `version`: of a HyperbyteDB that answered there; null when something else did, or nothing. */
export function judgeListener(shown: string, version: string | null): Finding {
  if (version !== null) return ok('port', `HyperbyteDB ${version} listens on ${shown} already`)
  return warn('port', `another program listens on ${shown}`, 'end it, or choose another address with --bind')
}

const ANSWER_MS_MAX = 2000

async function askListener({ host, port }: Address): Promise<string | null> {
  const reachable = host === '' || host === '0.0.0.0' || host === '::' ? 'localhost' : host
  const url = `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}/ping`
  try {
    const { headers } = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS_MAX) })
    return headers.get('x-hyperbyte-version')
  } catch {
    return null
  }
}

export async function checkPort({ host, port }: Address): Promise<Finding> {
  const shown = `${host === '' ? '*' : host}:${port}`
  const server = createServer()
  try {
    server.listen(port, host === '' ? undefined : host)
    await once(server, 'listening')
    return ok('port', `${shown} is free`)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE') return judgeListener(shown, await askListener({ host, port }))
    if (code === 'EACCES')
      return fail('port', `this user may not listen on ${shown}`, 'choose a port above 1023 with --bind')
    return fail('port', message, 'choose another address with --bind')
  } finally {
    server.close()
  }
}
