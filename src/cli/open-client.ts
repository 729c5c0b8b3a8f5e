/** Flags → an open client that is closed whatever happens. */

import { HttpClient } from '../client/http-client.js'
import { type ServerFlagValues, toClientOptions } from './connection-flags.js'
import { talk } from './talk/talk.js'

export async function openClient(flags: ServerFlagValues): Promise<HttpClient> {
  const warn = (text: string) => talk.trouble(`warning: ${text}`)
  const options = toClientOptions(flags, process.env, warn)
  return await HttpClient.open({ ...options, trace: talk.requestTrace() })
}

export async function withClient<T>(flags: ServerFlagValues, run: (client: HttpClient) => Promise<T>): Promise<T> {
  const client = await openClient(flags)
  try {
    return await run(client)
  } finally {
    await client.close()
  }
}
