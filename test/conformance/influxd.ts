/** The reference: a real influxd with a folder and ports of its own. `isInfluxdInstalled` says whether there is one. */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type ServerProcess, startServer } from './harness/server-process.js'

export type IndexVersion = 'tsi1' | 'inmem'

/** Empty when no influxd is installed. */
export const INFLUXD_VERSION = installedVersion()

export const isInfluxdInstalled = INFLUXD_VERSION !== ''

/** `more` is appended to the configuration. */
export function startInfluxd(index: IndexVersion = 'tsi1', more = ''): Promise<ServerProcess> {
  const folder = mkdtempSync(path.join(tmpdir(), 'influxd-'))
  const config = path.join(folder, 'influxdb.conf')
  writeFileSync(config, configText(folder, index) + more)
  return startServer({ name: 'influxd', command: 'influxd', args: ['-config', config], folder, startMsMax: 120_000 })
}

function configText(folder: string, index: IndexVersion): string {
  return `reporting-disabled = true
bind-address = "127.0.0.1:0"
[meta]
dir = "${folder}/meta"
[data]
dir = "${folder}/data"
wal-dir = "${folder}/wal"
index-version = "${index}"
[http]
bind-address = "127.0.0.1:0"
log-enabled = false
[monitor]
store-enabled = false
`
}

function installedVersion(): string {
  const run = spawnSync('influxd', ['version'], { encoding: 'utf8' })
  return run.status === 0 ? (/v(\d[^ ]*)/.exec(run.stdout)?.[1] ?? '') : ''
}
