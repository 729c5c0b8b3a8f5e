/** A session with everything it needs: on the terminal of this process, or for inputs that are known beforehand. */

import { HttpClient } from '../../client/http-client.js'
import type { Target } from '../../client/target.js'
import { toBaseUrl, toClientOptions } from '../connection-flags.js'
import { maskFor } from '../format-answer.js'
import type { TargetFlagValues } from '../open-target.js'
import { OperationError } from '../operation-error.js'
import { HistoryFile, historyPath } from './history-file.js'
import { writeAll } from './paged-output.js'
import { InteractiveShell } from './run-interactive.js'
import { SchemaNames } from './schema-names.js'
import { type ConnectionChange, type ShellPorts, ShellSession } from './shell-session.js'
import type { ShellSettings } from './shell-settings.js'

export interface OpenShell {
  readonly connection: TargetFlagValues
  readonly version: string
  readonly settings: ShellSettings
}

/** Resolves with an exit code when the user ends it. */
export async function runShellOnTerminal(target: Target, shell: OpenShell): Promise<number> {
  const history = HistoryFile.open(historyPath(process.env))
  const monotonicMs = () => performance.now()
  const place = () => ({ target: session.target, database: session.settings.database })
  const names = new SchemaNames(place, monotonicMs)
  process.stdout.write(await greeting(target, shell.version))
  const pager = process.env['PAGER'] ?? ''
  const terminal = { input: process.stdin, output: process.stdout, pager: pager === '' ? null : pager }
  const interactive = new InteractiveShell(terminal, history, names.ask)
  const session: ShellSession = new ShellSession(target, shell.settings, shell.connection.username ?? '', {
    write: (text) => interactive.write(text),
    open: opener(shell.connection),
    askCredentials: async () => ({
      username: await interactive.ask('username: ', false),
      password: await interactive.ask('password: ', true),
    }),
    history: () => history.lines,
    monotonicMs,
  })
  return await closingTarget(target, session, () => interactive.run(session))
}

/** Ends with the first failure. */
export async function runShellScript(target: Target, shell: OpenShell, inputs: readonly string[]): Promise<void> {
  const ports: ShellPorts = {
    write: (text) => writeAll(process.stdout, maskFor(process.stdout, text)),
    open: opener(shell.connection),
    askCredentials: async () => {
      throw new OperationError('auth asks on a terminal', {
        exit: 'usage',
        hint: 'give --username and --password-file',
      })
    },
    history: () => [],
    monotonicMs: () => performance.now(),
  }
  const session = new ShellSession(target, shell.settings, shell.connection.username ?? '', ports)
  const { signal } = new AbortController()
  await closingTarget(target, session, async () => {
    for (const input of inputs) {
      if (!session.isEnded) await session.run(input, signal)
    }
  })
}

/** The caller closes the target it opened; one that the session opened instead is closed here. */
async function closingTarget<T>(first: Target, session: ShellSession, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } finally {
    if (session.target !== first) await session.target.close()
  }
}

function opener(connection: TargetFlagValues): ShellPorts['open'] {
  let current = connection
  return async ({ host, username, password }: ConnectionChange) => {
    if (connection['data-dir'] !== undefined) {
      throw new OperationError('this shell works on a data directory, not on a server', { exit: 'usage' })
    }
    current = {
      ...current,
      ...(host !== undefined && host !== '' && { host: [host], port: undefined, 'unix-socket': undefined }),
      ...(username !== undefined && { username, password, 'token-file': undefined }),
    }
    if (host !== undefined && host !== '') toBaseUrl(host, null)
    const client = await HttpClient.open(toClientOptions(current, process.env, () => {}))
    try {
      await client.ping()
    } catch (error) {
      await client.close()
      throw error
    }
    return client
  }
}

export function shellVersion(version: string): string {
  return `hyperbyte shell version ${version}`
}

async function greeting(target: Target, version: string): Promise<string> {
  const shell = `${shellVersion(version)}\n`
  if (!(target instanceof HttpClient)) return `Opened ${target.name}\n${shell}`
  const server = await target.ping()
  return `Connected to ${server.host} version ${server.version}\n${shell}`
}
