/** The real engine and the real HTTP server, loaded when they are needed: DuckDB alone takes longer than `--version`. */

import { HyperbyteError } from '../engine/index.js'
import type { DaemonParts } from './run-daemon.js'

export async function loadDaemonParts(): Promise<DaemonParts> {
  const engine = (await import('../engine/index.js')) as Partial<Pick<DaemonParts, 'openEngine'>>
  if (engine.openEngine === undefined) throw new HyperbyteError('unsupported', 'this build has no storage engine yet')
  const { startHttpServer } = await import('./http/start-http-server.js')
  return { openEngine: engine.openEngine, startHttpServer }
}
