/** curl, in the forms that the documentation of InfluxDB taught everyone. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { transcriptOfBoth } from '../harness/both-servers.js'
import { isInstalled } from '../harness/installed.js'
import { runClient } from '../harness/run-client.js'
import type { ServerProcess } from '../harness/server-process.js'
import { isHyperbyteBuilt } from '../hyperbyte.js'

const isCurlInstalled = isInstalled('curl', ['--version'])

describe.runIf(isHyperbyteBuilt)(`curl${isCurlInstalled ? '' : ' (not installed)'}`, () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'curl-'))
  const file = (name: string, content: string | Uint8Array): string => {
    writeFileSync(path.join(folder, name), content)
    return path.join(folder, name)
  }

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  async function transcript(server: ServerProcess, runs: readonly (readonly string[])[]): Promise<string> {
    let text = ''
    for (const args of runs) {
      const ended = await runClient('curl', [
        '-s',
        '-w',
        '[%{http_code} %{content_type}]\n',
        ...args.map(withHost(server)),
      ])
      text += `$ curl ${args.join(' ')}\n${ended.stdout}(${ended.status})\n`
    }
    return text
  }

  const withHost = (server: ServerProcess) => (arg: string) => arg.replace('http://host', server.url)

  test.runIf(isCurlInstalled)('databases, writes and queries', async () => {
    const points = file('points.txt', 'cpu,host=a v=1 1566000000000000000\ncpu,host=b v=2i\n'.replace('2i', '2'))
    const packed = file('points.gz', gzipSync('cpu,host=c v=3 1566000001000000000\n'))
    const statements = file('statements.txt', 'SELECT v FROM cpu WHERE time < 1600000000s GROUP BY host')
    const ours = await transcriptOfBoth((server) =>
      transcript(server, [
        ['-XPOST', 'http://host/query', '--data-urlencode', 'q=CREATE DATABASE mydb'],
        ['-i', '-o', '/dev/null', 'http://host/ping'],
        ['-XPOST', 'http://host/write?db=mydb', '--data-binary', 'cpu,host=x v=0.5 1434055562000000000'],
        ['-XPOST', 'http://host/write?db=mydb', '--data-binary', `@${points}`],
        ['-XPOST', 'http://host/write?db=mydb', '-d', 'cpu,host=y v=9 1434055562000000001'],
        ['-XPOST', 'http://host/write?db=mydb', '-H', 'Content-Encoding: gzip', '--data-binary', `@${packed}`],
        ['-XPOST', 'http://host/write?db=mydb', '-T', points, '-H', 'Transfer-Encoding: chunked'],
        ['-XPOST', 'http://host/write?db=nowhere', '--data-binary', 'cpu v=1'],
        ['-XPOST', 'http://host/write?db=mydb', '--data-binary', 'cpu v=text'],
        [
          '-XPOST',
          'http://host/write?db=mydb&precision=s',
          '-u',
          'user:password',
          '--data-binary',
          'cpu v=5 1566000002',
        ],
        ['-G', 'http://host/query?pretty=true', '--data-urlencode', 'db=mydb', '--data-urlencode', `q@${statements}`],
        [
          '-G',
          'http://host/query',
          '--data-urlencode',
          'db=mydb',
          '--data-urlencode',
          'epoch=s',
          '--data-urlencode',
          'q=SELECT "v" FROM "cpu" WHERE "host"=\'a\';SELECT count("v") FROM "cpu" WHERE "host"=\'x\'',
        ],
        [
          '-H',
          'Accept: text/csv',
          '-G',
          'http://host/query',
          '--data-urlencode',
          'db=mydb',
          '--data-urlencode',
          'q=SELECT v FROM cpu WHERE time < 1600000000s',
        ],
        ['--compressed', '-G', 'http://host/query?db=mydb', '--data-urlencode', 'q=SHOW TAG VALUES WITH KEY = host'],
        ['-F', `q=@${statements}`, 'http://host/query?db=mydb&epoch=ms'],
        ['-F', 'q=SHOW MEASUREMENTS', '-F', 'db=mydb', 'http://host/query'],
        ['-XPOST', 'http://host/query?db=mydb', '-d', 'q=SHOW FIELD KEYS'],
        ['http://host/query?q=SHOW+DATABASES'],
        ['-u', 'user:password', 'http://host/query?q=SHOW+DATABASES'],
        ['-I', '-o', '/dev/null', 'http://host/ping'],
      ]),
    )
    expect(ours).toContain('[204 application/json]')
  })
})
