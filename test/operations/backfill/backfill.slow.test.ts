import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ServerProcess } from '../../conformance/harness/server-process.js'
import { isHyperbyteBuilt, startHyperbyte } from '../../conformance/hyperbyte.js'
import { isInfluxdInstalled, startInfluxd } from '../../conformance/influxd.js'
import { outcomeOf, runBin, spawnBin } from '../../support/built-bin.js'
import { DATABASE, fillMuch, fillSource, query } from './from-influxd.js'

describe.runIf(isInfluxdInstalled && isHyperbyteBuilt)('a backfill from a real influxd', () => {
  let source: ServerProcess
  let folder: string

  beforeAll(async () => {
    source = await startInfluxd()
    folder = mkdtempSync(join(tmpdir(), 'hyperbyte-backfill-'))
    await fillSource(source)
    await fillMuch(source, 'much')
  })

  afterAll(async () => {
    await source.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const run = async (...args: string[]) => {
    const outcome = await runBin(['backfill', ...args, '--json'], { cwd: folder })
    return { ...outcome, document: outcome.stdout === '' ? null : JSON.parse(outcome.stdout) }
  }

  /** Into a data directory, with a state directory beside it. */
  const fill = async (dataDir: string, ...more: string[]) =>
    await run(
      'run',
      '--source',
      source.url,
      '-d',
      DATABASE,
      '--data-dir',
      dataDir,
      '--state',
      `${dataDir}-state`,
      ...more,
    )

  const ask = async (dataDir: string, statements: string, database = DATABASE) =>
    (
      await runBin(['query', '--data-dir', dataDir, '-d', database, '-e', statements, '--format', 'csv'], {
        cwd: folder,
      })
    ).stdout

  test('the plan tells what there is', async () => {
    const { exit, document } = await run('plan', '--source', source.url, '-d', DATABASE)
    expect(exit).toBe(0)
    expect(document.policies.map(({ name }: { name: string }) => name)).toEqual(['autogen', 'kurz'])
    const mixed = document.measurements.find(({ name }: { name: string }) => name === 'mixed')
    expect(mixed.fields).toEqual([{ name: 'v', types: ['float', 'integer'] }])
    expect(document.continuous_queries).toHaveLength(1)
  })

  test('a field of several types ends with 7 until the user chooses', async () => {
    const { exit, document } = await fill('never')
    expect(exit).toBe(7)
    expect(document.error.message).toContain('mixed.v has several types')
  })

  test('every value arrives in a data directory as it was', async () => {
    const { exit, stderr } = await fill('copy', '--on-type-conflict', 'keep')
    expect(exit, stderr).toBe(0)
    const verified = await run('verify', '--state', 'copy-state', '--sample', '100%')
    expect(verified.document, verified.stderr).toMatchObject({ differences: [] })
    expect(verified.exit).toBe(0)
    expect(await ask('copy', 'SHOW RETENTION POLICIES; SELECT count(*) FROM /.*/')).toContain('kurz,0s,1h0m0s')
  })

  test.each(['float', 'suffix', 'skip'])('types settled by %s verify as settled', async (choice) => {
    const { exit } = await fill(choice, '--on-type-conflict', choice)
    expect(exit).toBe(choice === 'skip' ? 3 : 0)
    const verified = await run('verify', '--state', `${choice}-state`, '--sample', '100%')
    expect(verified.document).toMatchObject({ differences: [] })
  })

  test('verification notices one value that differs', async () => {
    await fill('wrong', '--on-type-conflict', 'keep')
    const line = 'types,host=b f=1e301 1700000000000000003'
    await runBin(['write', '--data-dir', 'wrong', '-d', DATABASE, line], { cwd: folder })
    const { exit, document } = await run('verify', '--state', 'wrong-state', '--sample', '100%')
    expect(exit).toBe(8)
    expect(document.differences).toMatchObject([{ measurement: 'types', field: 'f float' }])
  })

  test('killed again and again, it goes on and loses nothing', async () => {
    const server = await startHyperbyte()
    try {
      const from = ['backfill', 'run', '--source', source.url, '-d', 'much']
      const args = [...from, '--to', server.url, '--state', 'much-state', '-q']
      for (let kills = 0; kills < 4; kills++) {
        const child = spawnBin([...args, '--rate', '100000'], { cwd: folder })
        const ended = outcomeOf(child)
        await sleep(1200 + kills * 300)
        child.kill('SIGKILL')
        await ended
      }
      const last = await runBin(args, { cwd: folder })
      expect(last.exit, last.stderr).toBe(0)
      const verified = await run('verify', '--state', 'much-state', '--sample', '100%')
      expect(verified.document).toMatchObject({ differences: [], points: 60 * 2000 * 3 })
      const status = await run('status', '--state', 'much-state')
      expect(status.document.measurements).toMatchObject([{ done: true, points: 60 * 2000 * 3 }])
    } finally {
      await server.stop()
    }
  })

  test('Ctrl-C ends with 130 and says how to go on', async () => {
    const place = ['--data-dir', 'int', '--state', 'int-state']
    const args = [
      'backfill',
      'run',
      '--source',
      source.url,
      '-d',
      'much',
      ...place,
      '--rate',
      '5000',
      '--progress',
      'json',
    ]
    const child = spawnBin(args, { cwd: folder })
    const ended = outcomeOf(child)
    // Its first word comes a second after it began.
    child.stderr?.once('data', () => child.kill('SIGINT'))
    const { exit, stderr } = await ended
    expect(exit, stderr).toBe(130)
    expect(stderr).toContain(`to go on: hyperbyte ${args.join(' ')}`)
  })

  test('a dump loads into another place as the same', async () => {
    const dumped = await run('dump', '--source', source.url, '-d', DATABASE, '--out', 'dump')
    expect(dumped.exit, dumped.stderr).toBe(0)
    const loaded = await run('load', '--from-dir', 'dump', '--data-dir', 'loaded')
    expect(loaded.exit, loaded.stderr).toBe(0)
    const filled = await fill('reference', '--on-type-conflict', 'keep')
    expect(filled.exit, filled.stderr).toBe(0)
    const all = 'SELECT * FROM /.*/; SELECT * FROM "kurz"./.*/'
    const loadedRows = await ask('loaded', all)
    expect(loadedRows).toContain('types')
    expect(loadedRows).toBe(await ask('reference', all))
  })

  test('an export of ours reads back into influxd by its own shell without loss', async () => {
    await fill('round', '--on-type-conflict', 'keep')
    const measurements = ['types', 'größe 中', 'same'].flatMap((name) => ['-m', name])
    const exported = await runBin(
      ['export', '--data-dir', 'round', '-d', DATABASE, ...measurements, '--out', 'lines'],
      { cwd: folder },
    )
    expect(exported.exit, exported.stderr).toBe(0)
    const all = 'SELECT * FROM "types"; SELECT * FROM "same"; SELECT * FROM "größe 中"'
    const before = await query(source, all, DATABASE)
    await query(source, 'DROP MEASUREMENT "types"; DROP MEASUREMENT "same"; DROP MEASUREMENT "größe 中"', DATABASE)
    const { port } = new URL(source.url)
    for (const name of ['types', 'same', 'gr%C3%B6%C3%9Fe%20%E4%B8%AD']) {
      const file = ['-import', '-path', join(folder, 'lines', `${name}.lp`), '-precision', 'ns']
      const shell = spawnSync('influx', ['-host', '127.0.0.1', '-port', port, ...file], { encoding: 'utf8' })
      expect(shell.stdout + shell.stderr).not.toContain('error')
    }
    expect(await query(source, all, DATABASE)).toEqual(before)
  })

  test('an influx export is imported from stdin', async () => {
    const text =
      '# DDL\nCREATE DATABASE shop WITH NAME autogen\n# DML\n# CONTEXT-DATABASE:shop\n# CONTEXT-RETENTION-POLICY:autogen\nm v=1i,s="a\n# CONTEXT-DATABASE: no" 1\nm v=2i 2\n'
    writeFileSync(join(folder, 'x.export'), text)
    const loaded = await runBin(['backfill', 'load', '--from-export', '-', '--data-dir', 'shop', '--json'], {
      cwd: folder,
      stdin: text,
    })
    expect(loaded.exit, loaded.stderr).toBe(0)
    expect(await ask('shop', 'SELECT count(v), count(s) FROM m', 'shop')).toContain('m,,1970-01-01T00:00:00Z,2,1')
  })
})
