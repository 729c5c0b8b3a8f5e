/** python3-influxdb: MessagePack answers, gzip, chunks, data written in every way the library offers. */

import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { transcriptOfBoth } from '../harness/both-servers.js'
import { isInstalled } from '../harness/installed.js'
import { runClient } from '../harness/run-client.js'
import { isHyperbyteBuilt } from '../hyperbyte.js'

const PYTHON = '/usr/bin/python3'
const isLibraryInstalled = isInstalled(PYTHON, ['-c', 'import influxdb'])

describe.runIf(isHyperbyteBuilt)(
  `python influxdb${isLibraryInstalled ? '' : ' (not installed: apt python3-influxdb)'}`,
  () => {
    for (const useGzip of ['plain', 'gzip']) {
      test.runIf(isLibraryInstalled)(`a session, ${useGzip}`, async () => {
        const script = path.join('test', 'conformance', 'clients', 'python-influxdb.py')
        const ours = await transcriptOfBoth(async (server) => {
          const { status, stdout, stderr } = await runClient(PYTHON, [script, String(server.port), useGzip])
          return `${stdout}${stderr}(${status})`
        })
        expect(ours).toContain('(0)')
        expect(ours).toContain('9007199254740993')
      })
    }
  },
)
