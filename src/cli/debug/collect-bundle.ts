/** The parts of a bundle, each by itself: one that cannot be had is named and leaves the others alone. */

import { release } from 'node:os'
import { runStatement } from '../../client/run-statement.js'
import type { TarFile } from '../../operations/bundle/write-tar.js'
import type { DebugSource } from './debug-source.js'
import { statusOf } from './server-status.js'

export interface BundleParts {
  readonly files: readonly TarFile[]
  readonly failures: readonly string[]
}

export async function collectBundle(source: DebugSource, version: string): Promise<BundleParts> {
  const files: TarFile[] = []
  const failures: string[] = []
  const add = async (name: string, make: () => unknown) => {
    try {
      const made = await make()
      files.push({ name, content: typeof made === 'string' ? made : `${print(made)}\n` })
    } catch (error) {
      failures.push(`${name}: ${(error as Error).message}`)
    }
  }
  // Asked first and outside: without it there is nobody to make a bundle of.
  const server = await source.ask('server')
  await add('versions.json', () => ({
    hyperbyte: version,
    node: process.version,
    kernel: release(),
    arch: process.arch,
  }))
  await add('status.json', () => statusOf(server, source.name, new Date().toISOString()))
  await add('server.json', () => server)
  await add('configuration.toml', readConfiguration)
  await add('manifest.json', () => source.ask('manifest'))
  await add('merges.json', () => source.ask('merges'))
  await add('cardinality.json', () => source.ask('cardinality'))
  await add('types.json', () => source.ask('types'))
  await add('log.json', () => source.ask('log'))
  for (const statement of ['SHOW SHARDS', 'SHOW CONTINUOUS QUERIES', 'SHOW QUERIES']) {
    await add(`${statement.toLowerCase().replaceAll(' ', '-')}.json`, () => runStatement(source.target, statement))
  }
  return { files, failures }
}

/** Secrets are never printed. */
async function readConfiguration(): Promise<string> {
  const [{ readConfig }, { renderConfig }] = await Promise.all([
    import('../../daemon/config/read-config.js'),
    import('../../daemon/config/render-config.js'),
  ])
  const config = readConfig({
    flags: new Map(),
    configFile: process.env['HYPERBYTE_CONFIG'] ?? null,
    profile: process.env['HYPERBYTE_PROFILE'] ?? null,
  })
  return `${renderConfig(config, { isOriginShown: true })}\n`
}

function print(document: unknown): string {
  return JSON.stringify(document, (_key, value) => (typeof value === 'bigint' ? String(value) : value), 2)
}
