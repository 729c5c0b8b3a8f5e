/**
 * The program as a user runs it: a process of its own from the built files. `npm test` builds first; a test that is run
 * alone makes a build when there is none.
 */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const BIN = fileURLToPath(new URL('../../bin/run.js', import.meta.url))

export interface Outcome {
  readonly exit: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface SpawnOptions {
  readonly stdin?: string
  readonly environment?: Readonly<Record<string, string>>
  readonly cwd?: string
}

export function requireBuild(): void {
  if (existsSync(new URL('../../oclif.manifest.json', import.meta.url))) return
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: fileURLToPath(new URL('../..', import.meta.url)) })
}

export function spawnBin(args: readonly string[], { environment = {}, cwd }: SpawnOptions = {}): ChildProcess {
  return spawn(process.execPath, [BIN, ...args], { cwd, env: { ...cleanEnvironment(), ...environment } })
}

/** Runs to the end. */
export async function runBin(args: readonly string[], options: SpawnOptions = {}): Promise<Outcome> {
  const child = spawnBin(args, options)
  child.stdin?.end(options.stdin ?? '')
  return await outcomeOf(child)
}

export async function outcomeOf(child: ChildProcess): Promise<Outcome> {
  let stdout = ''
  let stderr = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  return await new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (exit, signal) => resolve({ exit, signal, stdout, stderr }))
  })
}

/** What the machine's owner has set must not decide a test. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(
    ([name]) => !/^(HYPERBYTE|INFLUX|AWS)_|^(FORCE_COLOR|NO_COLOR)$/.test(name),
  )
  return {
    ...Object.fromEntries(entries),
    XDG_CONFIG_HOME: '/nonexistent',
    AWS_CONFIG_FILE: '/nonexistent',
    AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
  }
}
