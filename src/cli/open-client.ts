/** Flags → an open client that is closed whatever happens. */

import { HttpClient } from '../client/http-client.js'
import { type ServerFlagValues, toClientOptions } from './connection-flags.js'

export async function openClient(flags: ServerFlagValues): Promise<HttpClient> {
  const warn = (text: string) => process.stderr.write(`warning: ${text}\n`)
  return await HttpClient.open(toClientOptions(flags, process.env, warn))
}

export async function withClient<T>(flags: ServerFlagValues, run: (client: HttpClient) => Promise<T>): Promise<T> {
  const client = await openClient(flags)
  try {
    return await run(client)
  } finally {
    await client.close()
  }
}
