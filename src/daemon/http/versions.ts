/** What the server says it is. The first two are read by clients that decide by them; the third is our own. */

import { readFileSync } from 'node:fs'

/** A `-c` in it would mean Enterprise to Chronograf, `relay` a relay. */
export const INFLUXDB_VERSION = '1.8.10'
export const INFLUXDB_BUILD = 'OSS'

export const PROGRAM_VERSION = readOwnVersion()

function readOwnVersion(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')
  const parsed: unknown = JSON.parse(text)
  const isManifest = typeof parsed === 'object' && parsed !== null && 'version' in parsed
  return isManifest ? String(parsed.version) : 'unknown'
}
