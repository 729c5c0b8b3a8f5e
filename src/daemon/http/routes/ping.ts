/** `/ping` and `/status`: is anyone there, and which version. Public, and never an error. */

import type { Exchange } from '../exchange.js'
import { INFLUXDB_VERSION } from '../versions.js'

export function servePing(exchange: Exchange): void {
  const verbose = exchange.param('verbose')
  if (verbose === '' || verbose === '0' || verbose === 'false') exchange.noContent()
  else exchange.json(200, `{"version":"${INFLUXDB_VERSION}"}\n`)
}
