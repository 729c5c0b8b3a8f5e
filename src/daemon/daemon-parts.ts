/** The real engine and the real HTTP server, loaded when they are needed: DuckDB alone takes longer than `--version`. */

import type { DaemonParts } from './run-daemon.js'

export async function loadDaemonParts(): Promise<DaemonParts> {
  const [{ openEngine }, { startHttpServer }, { startServices }] = await Promise.all([
    import('../engine/index.js'),
    import('./http/start-http-server.js'),
    import('./services/start-services.js'),
  ])
  return { openEngine, startHttpServer, startServices }
}
