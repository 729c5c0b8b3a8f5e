import { beforeEach, expect, test } from 'vitest'
import { ShellSession } from '../../../src/cli/shell/shell-session.js'
import { SHELL_DEFAULTS } from '../../../src/cli/shell/shell-settings.js'
import type { QueryCall, WriteCall } from '../../../src/client/http-client.js'
import type { QueryAnswer } from '../../../src/client/query-answer.js'
import type { Target } from '../../../src/client/target.js'

const ANSWERS: Readonly<Record<string, QueryAnswer>> = {
  'SHOW DATABASES': names('telegraf', 'other'),
  'SHOW RETENTION POLICIES ON "telegraf"': names('autogen'),
  'SELECT 1': { results: [{ series: [{ name: 'cpu', columns: ['time'], values: [[1]] }] }] },
  homeless: { results: [{ error: 'database name required' }] },
  broken: { results: [{ error: 'engine: broken' }] },
}

function names(...values: readonly string[]): QueryAnswer {
  return { results: [{ series: [{ name: 'databases', columns: ['name'], values: values.map((name) => [name]) }] }] }
}

class FakeTarget implements Target {
  readonly kind = 'server'
  readonly name: string
  readonly calls: QueryCall[] = []
  readonly writes: WriteCall[] = []
  isClosed = false

  constructor(name: string) {
    this.name = name
  }

  async *query(call: QueryCall): AsyncGenerator<QueryAnswer> {
    this.calls.push(call)
    yield ANSWERS[call.text]
  }

  async queryText(call: QueryCall): Promise<string> {
    this.calls.push(call)
    return JSON.stringify(ANSWERS[call.text])
  }

  async write(call: WriteCall): Promise<void> {
    this.writes.push(call)
  }

  async *readColumns() {}

  async writeColumns() {
    return 0
  }

  async flush() {}

  async close(): Promise<void> {
    this.isClosed = true
  }
}

let output: string
let first: FakeTarget
let second: FakeTarget
let session: ShellSession

beforeEach(() => {
  output = ''
  first = new FakeTarget('http://first:8086')
  second = new FakeTarget('http://second:8086')
  session = new ShellSession(first, SHELL_DEFAULTS, '', {
    write: async (text) => {
      output += text
      return true
    },
    open: async () => second,
    askCredentials: async () => ({ username: 'ada', password: 'secret' }),
    history: () => ['show databases', 'help'],
    monotonicMs: () => 0,
  })
})

async function run(...lines: readonly string[]): Promise<void> {
  for (const line of lines) await session.run(line, new AbortController().signal)
}

test('use checks that database and policy exist and sends them from then on', async () => {
  await run('use telegraf.autogen', 'SELECT 1')
  expect(first.calls.at(-1)).toMatchObject({ database: 'telegraf', retentionPolicy: 'autogen', epoch: 'ns' })
  await expect(run('use nowhere')).rejects.toThrow("Database nowhere doesn't exist")
  expect(session.settings.database).toBe('telegraf')
})

test('a policy that does not exist leaves the database in use', async () => {
  await expect(run('use telegraf.nowhere')).rejects.toThrow("RETENTION POLICY nowhere doesn't exist")
  expect(session.settings).toMatchObject({ database: 'telegraf', retentionPolicy: '' })
})

test('insert writes to the database in use, or to the policy it names', async () => {
  await expect(run('insert cpu v=1')).rejects.toThrow('database is required')
  await run('use telegraf', 'precision s', 'insert cpu v=1 5', 'insert into one_week cpu v=2')
  expect(first.writes.map((call) => ({ ...call, body: Buffer.from(call.body).toString() }))).toMatchObject([
    { database: 'telegraf', retentionPolicy: '', precision: 's', body: 'cpu v=1 5\n' },
    { database: 'telegraf', retentionPolicy: 'one_week', precision: 's', body: 'cpu v=2\n' },
  ])
})

test('an error in the answer is thrown when what came before it is printed', async () => {
  await expect(run('broken')).rejects.toThrow('engine: broken')
})

test('connect and auth put another target in the place of the old one, which is closed', async () => {
  await run('auth', 'settings')
  expect(first.isClosed).toBe(true)
  expect(output).toContain('Host              http://second:8086\nUsername          ada\n')
  expect(output).not.toContain('secret')
})

test('settings, history and toggles print as in the influx shell', async () => {
  await run('chunked', 'pretty', 'chunk size 10', 'clear db', 'history')
  expect(output).toBe(
    'chunked responses disabled\nPretty print enabled\nchunk size set to 10\ndatabase context cleared\nshow databases\nhelp\n',
  )
})

test('settings end with an empty line, and clear alone explains itself', async () => {
  await run('settings')
  expect(output).toMatch(/^Setting {11}Value\n[\s\S]*Pretty {12}false\n[\s\S]*Timing {12}false\n\n$/)
  output = ''
  await run('clear')
  expect(output).toContain('    clear retention policy\n    clear rp\n')
})

test('a statement that needs a database says how to name one', async () => {
  await expect(run('homeless')).rejects.toMatchObject({
    message: 'database name required',
    hint: 'use DATABASE, or FROM DATABASE.POLICY.MEASUREMENT',
  })
})

test('timing says how long statements took', async () => {
  await run('timing', 'SELECT 1')
  expect(output).toBe('timing enabled\nname: cpu\ntime\n----\n1\nTime: 0.0 ms\n')
})

test('exit ends the session', async () => {
  await run('exit')
  expect(session.isEnded).toBe(true)
})
