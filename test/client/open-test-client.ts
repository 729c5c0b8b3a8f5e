/** A client of a server that a test has started, without credentials. */

import { type ClientOptions, HttpClient } from '../../src/client/http-client.js'

export function openTestClient(url: string, changes: Partial<ClientOptions> = {}): Promise<HttpClient> {
  return HttpClient.open({
    hosts: [url],
    credentials: { kind: 'none' },
    timeoutMs: 60_000,
    authorityPem: null,
    isCertificateChecked: true,
    unixSocket: null,
    ...changes,
  })
}
