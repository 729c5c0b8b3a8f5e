/** The log of the built server, when nobody reads it any more. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, expect, test } from 'vitest'
import { requireBuild, spawnBin } from '../support/built-bin.js'

beforeAll(requireBuild)

test.each(['pretty', 'json'])('a server whose log (%s) lost its reader goes on', async (format) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'log-'))
  const child = spawnBin(['serve', '--bind', '127.0.0.1:0', '--data-dir', folder, '--log-format', format])
  const exited = new Promise((resolve) => child.once('exit', resolve))
  try {
    const url = await new Promise<string>((resolve) => {
      let log = ''
      child.stderr?.on('data', (piece) => {
        log += piece
        const found = /http:\/\/127\.0\.0\.1:\d+/.exec(log)?.[0]
        if (found !== undefined) resolve(found)
      })
    })
    await sleep(200)
    child.stderr?.destroy()
    for (let i = 0; i < 3; i++) {
      // Each makes it say something.
      child.kill('SIGHUP')
      await sleep(100)
      expect((await fetch(`${url}/ping`)).status).toBe(204)
    }
    child.kill('SIGTERM')
    expect(await exited).toBe(0)
  } finally {
    child.kill('SIGKILL')
    await exited
    rmSync(folder, { recursive: true, force: true })
  }
})
