/** Drills with a development server, as an operator holds them; another server takes no faults. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EXIT_CODES } from '../../../src/cli/exit-codes.js'
import { requireBuild, runBin } from '../../support/built-bin.js'
import { pollUntil } from '../../support/poll-until.js'
import { type ServedBin, serveBin, stopServed } from '../../support/serve-bin.js'

const folder = mkdtempSync(path.join(tmpdir(), 'hyperbyte-fault-'))
let dev: ServedBin
let production: ServedBin

beforeAll(async () => {
  requireBuild()
  dev = await serveBin(['--dev'])
  production = await serveBin(['--data-dir', path.join(folder, 'data')])
})

afterAll(async () => {
  await stopServed(dev)
  await stopServed(production)
  rmSync(folder, { recursive: true, force: true })
})

const fault = (server: ServedBin, ...args: string[]) => runBin(['debug', 'fault', ...args, '-H', server.url])
const write = () => runBin(['write', '-d', 'd', 'cpu v=1', '-H', dev.url])

test('a disk that seems full refuses a write until it is cleared or its time is over', async () => {
  expect(await write()).toMatchObject({ exit: 0 })
  const made = await fault(dev, 'disk-full', '--for', '10m')
  expect(made, made.stderr).toMatchObject({ exit: 0 })
  expect(made.stdout).toContain('disk-full')
  expect(await write()).toMatchObject({ exit: EXIT_CODES['no-space'].code })
  expect(await runBin(['debug', 'status', '--check', '-H', dev.url])).toMatchObject({ exit: EXIT_CODES.mismatch.code })
  expect(dev.log()).toContain('FAULT INJECTED')
  expect(await fault(dev, '--clear', 'all')).toMatchObject({ exit: 0 })
  expect(await write()).toMatchObject({ exit: 0 })
  expect(await fault(dev, 'disk-full', '--for', '1s')).toMatchObject({ exit: 0 })
  await pollUntil(async () => (await fault(dev)).stdout === 'no fault is in force\n', dev.log)
  expect(await write()).toMatchObject({ exit: 0 })
})

test('connections that are dropped are told as such, until the fault is cleared', async () => {
  await fault(dev, 'drop-queries', '--for', '10m')
  const asked = await runBin(['query', '-e', 'SHOW DATABASES', '-H', dev.url])
  expect(asked).toMatchObject({ exit: EXIT_CODES.unreachable.code })
  expect(await fault(dev, '--clear', '99')).toMatchObject({ exit: EXIT_CODES.missing.code })
  expect(await fault(dev, '--clear', 'all')).toMatchObject({ exit: 0, stdout: 'no fault is in force\n' })
  expect(await runBin(['query', '-e', 'SHOW DATABASES', '-H', dev.url])).toMatchObject({ exit: 0 })
})

test('a server that was not started for it takes no fault', async () => {
  for (const args of [[], ['disk-full'], ['--clear', 'all']]) {
    const { exit, stderr } = await fault(production, ...args)
    expect([exit, stderr]).toEqual([EXIT_CODES.denied.code, expect.stringContaining('takes no faults')])
  }
  expect((await fetch(`${production.url}/api/v1/faults?kind=disk-full&for_ms=1000`, { method: 'POST' })).status).toBe(
    404,
  )
  expect(await runBin(['write', '-d', 'd', 'cpu v=1', '-H', production.url])).toMatchObject({
    exit: EXIT_CODES.missing.code,
  })
})
