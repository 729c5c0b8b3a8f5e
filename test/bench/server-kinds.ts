/** How each server is started: the real influxd with its default limits and the tsi1 index, and ours. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { StartPurpose } from './bench-server.js'

export type StartRequest = {
  folder: string
  dataDir: string
  port: number
  purpose: StartPurpose
  stallPath: string
}
export type StartCommand = { file: string; args: string[]; env: Record<string, string> }

export type ServerKind = {
  name: string
  hasStallProbe: boolean
  command(request: StartRequest): StartCommand
}

export function influxd(name: string): ServerKind {
  return {
    name,
    hasStallProbe: false,
    command({ folder, dataDir, port, purpose }) {
      const configPath = join(folder, 'influxd.toml')
      writeFileSync(configPath, influxdConfig(dataDir, port, purpose))
      return { file: 'influxd', args: ['-config', configPath], env: {} }
    },
  }
}

/** @param profileDir where the server leaves processor profiles; undefined for none */
export function hyperbyte(repository: string, profileDir: string | undefined): ServerKind {
  const profileArgs = profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`]
  return {
    name: 'hyperbyte',
    hasStallProbe: true,
    command: ({ dataDir, port, purpose, stallPath }) => ({
      file: process.execPath,
      args: [
        ...profileArgs,
        `--import=${new URL('./stall-probe.js', import.meta.url)}`,
        join(repository, 'bin/run.js'),
        'serve',
        ...['--data-dir', dataDir, '--bind', `127.0.0.1:${port}`],
      ],
      env: { BENCH_STALL_FILE: stallPath, ...HYPERBYTE_OPTIONS[purpose] },
    }),
  }
}

function influxdConfig(dataDir: string, port: number, purpose: StartPurpose): string {
  return `
reporting-disabled = true
bind-address = "127.0.0.1:0"
[meta]
  dir = "${dataDir}/meta"
[data]
  dir = "${dataDir}/data"
  wal-dir = "${dataDir}/wal"
  index-version = "tsi1"
  query-log-enabled = false
${INFLUXD_DATA_OPTIONS[purpose]}
[http]
  bind-address = "127.0.0.1:${port}"
  log-enabled = false
[monitor]
  store-enabled = false
`
}

const INFLUXD_DATA_OPTIONS = {
  serve: '',
  settle: '  cache-snapshot-write-cold-duration = "1s"\n  compact-full-write-cold-duration = "2s"',
  'keep-wal': '  cache-snapshot-memory-size = "1g"\n  cache-max-memory-size = "4g"',
} satisfies Record<StartPurpose, string>

const HYPERBYTE_OPTIONS = {
  serve: {},
  settle: {},
  'keep-wal': {
    HYPERBYTE_DATA_CACHE_MAX_MEMORY_SIZE: '4g',
    HYPERBYTE_DATA_CACHE_SNAPSHOT_MEMORY_SIZE: '1g',
    HYPERBYTE_DATA_WAL_MAX_SIZE: '4g',
    HYPERBYTE_DATA_FLUSH_AGE_MAX: '1h',
  },
} satisfies Record<StartPurpose, Record<string, string>>
