/** The `influx` shell of Debian's influxdb-client: import of a file, statements, formats, errors. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { transcriptOfBoth } from '../harness/both-servers.js'
import { isInstalled } from '../harness/installed.js'
import { runClient } from '../harness/run-client.js'
import type { ServerProcess } from '../harness/server-process.js'
import { isHyperbyteBuilt } from '../hyperbyte.js'

const isShellInstalled = isInstalled('influx', ['-version'])

const EXPORT = `# DDL
CREATE DATABASE shop
CREATE RETENTION POLICY raw ON shop DURATION INF REPLICATION 1

# DML
# CONTEXT-DATABASE: shop
# CONTEXT-RETENTION-POLICY: raw
sales,store=north,till=1 amount=12.5,items=3i,clerk="Ann" 1566000000000000000
sales,store=north,till=2 amount=7,items=1i,clerk="Bob" 1566000060000000000
sales,store=south,till=1 amount=99.95,items=12i 1566000120000000000
# CONTEXT-RETENTION-POLICY: autogen
visits,store=north count=40i 1566000000000000000
visits,store=south count=55i,open=true 1566000000000000001
`

describe.runIf(isHyperbyteBuilt)(
  `influx shell${isShellInstalled ? '' : ' (not installed: apt influxdb-client)'}`,
  () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'influx-shell-'))

    afterAll(() => rmSync(folder, { recursive: true, force: true }))

    const shell = (server: ServerProcess, ...args: string[]) =>
      runClient('influx', ['-host', '127.0.0.1', '-port', String(server.port), ...args])

    async function transcript(server: ServerProcess, runs: readonly (readonly string[])[]): Promise<string> {
      let text = ''
      for (const args of runs) {
        const { status, stdout, stderr } = await shell(server, ...args)
        text += `$ influx ${args.join(' ')}\n${mask(stdout)}${mask(stderr)}(${status})\n`
      }
      return text
    }

    async function importExport(server: ServerProcess): Promise<string> {
      const file = path.join(folder, 'export.txt')
      writeFileSync(file, EXPORT)
      return transcript(server, [['-import', '-path', file]])
    }

    test.runIf(isShellInstalled)('a file is imported into its policies', async () => {
      const ours = await transcriptOfBoth(async (server) => {
        const imported = await importExport(server)
        const asked = await transcript(server, [
          ['-database', 'shop', '-execute', 'SELECT * FROM raw.sales'],
          ['-database', 'shop', '-execute', 'SELECT * FROM visits'],
          ['-execute', 'SHOW RETENTION POLICIES ON shop'],
        ])
        return imported + asked
      })
      expect(ours).toContain('Processed 5 inserts')
      expect(ours).toContain('Failed 0 inserts')
      expect(ours).toContain('1566000120000000000 99.95        12    south 1')
    })

    test.runIf(isShellInstalled)('statements print as columns, CSV and JSON', async () => {
      const ours = await transcriptOfBoth(async (server) => {
        await importExport(server)
        const on = ['-database', 'shop']
        return transcript(server, [
          ['-execute', 'SHOW DATABASES'],
          [...on, '-execute', 'SHOW MEASUREMENTS'],
          [...on, '-execute', 'SHOW TAG KEYS'],
          [...on, '-execute', 'SHOW FIELD KEYS'],
          [...on, '-execute', 'SHOW SERIES FROM visits'],
          [...on, '-execute', 'SHOW TAG VALUES WITH KEY = store'],
          [...on, '-execute', 'SELECT mean(amount), count(items) FROM raw.sales GROUP BY store'],
          [...on, '-format', 'csv', '-execute', 'SELECT * FROM raw.sales'],
          [...on, '-format', 'json', '-execute', 'SELECT * FROM visits'],
          [...on, '-format', 'json', '-pretty', '-execute', 'SELECT sum(amount) FROM raw.sales'],
          [...on, '-precision', 'rfc3339', '-execute', 'SELECT amount FROM raw.sales'],
          [...on, '-precision', 'ms', '-execute', 'SELECT amount FROM raw.sales'],
          [...on, '-execute', 'INSERT visits,store=east count=1i 1566000000000000002'],
          [...on, '-execute', 'INSERT INTO raw sales,store=east amount=1 1566000180000000000'],
          [...on, '-execute', 'SELECT * FROM visits; SELECT amount FROM raw.sales LIMIT 1'],
        ])
      })
      expect(ours).toContain('shop')
    })

    test.runIf(isShellInstalled)('errors end with a status of 1 and their text', async () => {
      const ours = await transcriptOfBoth(async (server) => {
        await importExport(server)
        return transcript(server, [
          ['-execute', 'NONSENSE'],
          ['-database', 'missing', '-execute', 'SELECT * FROM m'],
          ['-database', 'shop', '-execute', 'SELECT * FROM missing.sales'],
          ['-database', 'shop', '-execute', 'INSERT visits count=1.5'],
          ['-database', 'shop', '-execute', 'INSERT visits'],
        ])
      })
      expect(ours).toContain('ERR: database not found: missing\n')
    })
  },
)

/** Versions may differ; the importer's log begins its lines with the time and tells how long it took. */
function mask(text: string): string {
  return text
    .replace(/version \S+/g, 'version (any)')
    .replace(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d /gm, '')
    .replace(/[\d.]+(ns|µs|ms|s|m)\b/g, '(time)')
    .replace(/\d+ points per second/g, '(rate)')
}
