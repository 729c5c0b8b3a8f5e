import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type LoadedConfig, loadConfig } from '../../src/daemon/config/load-config.js'
import type { ConfigKey } from '../../src/daemon/config/option-table.js'
import { type DaemonParts, runDaemon } from '../../src/daemon/run-daemon.js'
import type { Engine } from '../../src/engine/index.js'

function quietConfig(): LoadedConfig {
  return loadConfig({
    flags: new Map<ConfigKey, string>([
      ['logging.level', 'error'],
      ['data.dir', join(tmpdir(), 'never-made')],
    ]),
    environment: {},
    files: [],
    profile: null,
    machine: { memoryBytes: 2 ** 30, cpuCount: 1 },
    readSecretFile: () => '',
  })
}

interface Recording {
  readonly events: string[]
  readonly parts: DaemonParts
  dataDir: string
}

/** Parts that write down what happens to them; `failing` names the one that does not start. */
function recordParts(failing: 'engine' | 'http' | null = null, duringOpen: () => void = () => {}): Recording {
  const events: string[] = []
  const recording: Recording = {
    events,
    dataDir: '',
    parts: {
      openEngine: async ({ dataDir }) => {
        recording.dataDir = dataDir
        if (failing === 'engine') throw new Error('engine does not open')
        events.push('engine opened')
        duringOpen()
        return { close: async () => void events.push('engine closed') } as unknown as Engine
      },
      startServices: () => ({ close: async () => void events.push('services closed') }),
      startHttpServer: async () => {
        if (failing === 'http') throw new Error('address in use')
        events.push('http started')
        setImmediate(() => process.emit('SIGTERM'))
        return { url: 'http://127.0.0.1:1', close: async () => void events.push('http closed') }
      },
    },
  }
  return recording
}

function run({ parts }: Recording, isDev = false): Promise<void> {
  const config = quietConfig()
  const options = { version: '0', isDev, isTerminal: false, isColored: false, reloadConfig: async () => config }
  return runDaemon(config, options, parts)
}

test('a signal closes what was opened, in reverse order', async () => {
  const recording = recordParts()
  await run(recording)
  expect(recording.events).toEqual(['engine opened', 'http started', 'http closed', 'services closed', 'engine closed'])
})

test('a server that cannot listen closes the engine and says why', async () => {
  const recording = recordParts('http')
  await expect(run(recording)).rejects.toThrow('address in use')
  expect(recording.events).toEqual(['engine opened', 'services closed', 'engine closed'])
})

test('an engine that does not open leaves nothing behind', async () => {
  await expect(run(recordParts('engine'))).rejects.toThrow('engine does not open')
  expect(process.listenerCount('SIGHUP')).toBe(0)
})

test('a signal during recovery is obeyed before anything listens', async () => {
  const recording = recordParts(null, () => process.emit('SIGTERM'))
  await run(recording)
  expect(recording.events).toEqual(['engine opened', 'engine closed'])
})

test('development mode has a directory of its own that is gone afterwards', async () => {
  const recording = recordParts()
  await run(recording, true)
  expect(recording.dataDir).toContain('hyperbyte-dev-')
  expect(existsSync(recording.dataDir)).toBe(false)
})
