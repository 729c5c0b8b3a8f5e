/** Our server from the built `dist`, started as a user starts it. A test that restarts it passes its own data folder. */

import { existsSync, mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type ServerProcess, startServer } from './harness/server-process.js'

/** `npm run build` has been run. */
export const isHyperbyteBuilt = existsSync('bin/run.js') && existsSync('dist')

export interface HyperbyteOptions {
  /** Kept by its owner; default: a new temporary folder, removed by `discard`. */
  readonly folder?: string
  /** Default: any that is free. */
  readonly port?: number
  readonly flags?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

export function startHyperbyte(options: HyperbyteOptions = {}): Promise<ServerProcess> {
  const folder = options.folder ?? mkdtempSync(path.join(tmpdir(), 'hyperbyte-'))
  const dataDir = path.join(folder, 'data')
  mkdirSync(dataDir, { recursive: true })
  return startServer({
    name: 'hyperbyte',
    command: process.execPath,
    args: [
      'bin/run.js',
      'serve',
      '--data-dir',
      dataDir,
      '--bind',
      `127.0.0.1:${options.port ?? 0}`,
      ...(options.flags ?? []),
    ],
    folder,
    env: options.env,
    startMsMax: 120_000,
  })
}
