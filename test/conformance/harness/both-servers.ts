/**
 * Runs a client's session against our server and, where one is installed, against influxd: what the client says must be
 * the same. Returns our transcript, for a test to look at on its own.
 */

import { expect } from 'vitest'
import { startHyperbyte } from '../hyperbyte.js'
import { isInfluxdInstalled, startInfluxd } from '../influxd.js'
import type { ServerProcess } from './server-process.js'

export async function transcriptOfBoth(session: (server: ServerProcess) => Promise<string>): Promise<string> {
  const ours = await withServer(startHyperbyte(), session)
  if (isInfluxdInstalled) expect(ours).toBe(await withServer(startInfluxd(), session))
  return ours
}

async function withServer(
  starting: Promise<ServerProcess>,
  session: (server: ServerProcess) => Promise<string>,
): Promise<string> {
  const server = await starting
  try {
    return await session(server)
  } finally {
    await server.stop()
    server.discard()
  }
}
