import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EXIT_CODES } from '../../src/cli/exit-codes.js'
import { openAt } from '../engine/open-test-engine.js'
import { requireBuild, runBin } from '../support/built-bin.js'
import { listen } from '../support/listen.js'

let folder: string
let server: Server
/** Answers every request with 401. */
let closedHost: string

beforeAll(async () => {
  requireBuild()
  folder = mkdtempSync(join(tmpdir(), 'hyperbyte-backup-exit-'))
  const source = await openAt(at('source'), {})
  await source.ask('CREATE DATABASE db', '')
  await source.write('m v=1 1')
  await source.engine.close()
  mkdirSync(at('taken'))
  writeFileSync(at('taken/something'), 'x')
  mkdirSync(at('empty'))
  await runBin(backup('good'))
  await runBin(backup('bad'))
  const blob = join('bad', 'blobs', fileIn('bad/blobs'))
  const bytes = readFileSync(at(blob))
  bytes[bytes.length >>> 1] ^= 1
  writeFileSync(at(blob), bytes)
  await runBin(backup('newer'))
  const root = at('newer/hyperbyte-backup')
  writeFileSync(root, readFileSync(root, 'utf8').replace(' 1 ', ' 2 '))
  await runBin(backup('locked'))
  const lock = { mode: 'prune', host: hostname(), pid: process.pid, processStart: null, since: 'now' }
  writeFileSync(at('locked/locks/by-this-test'), JSON.stringify(lock))
  server = createServer((_req, res) => res.writeHead(401).end('{"error":"authorization failed"}'))
  closedHost = await listen(server)
})

afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true })
})

function at(name: string): string {
  return join(folder, name)
}

function backup(repo: string, ...more: string[]): string[] {
  return ['backup', '--repo', at(repo), '--data-dir', at('source'), ...more]
}

function restore(repo: string, into: string, ...more: string[]): string[] {
  return ['restore', '--repo', at(repo), '--into', at(into), ...more]
}

/** Into the database that the backup is of. */
function restoreRows(repo: string, ...more: string[]): string[] {
  return ['restore', '--repo', at(repo), '--data-dir', at('source'), '--temp-dir', folder, ...more]
}

/** The longest path below, which is a blob. */
function fileIn(name: string): string {
  const names = readdirSync(at(name), { recursive: true }).map(String)
  return names.sort((a, b) => b.length - a.length)[0]
}

const { ok, usage, unreachable, denied, missing, conflict, mismatch, locked } = EXIT_CODES

const CASES: readonly (readonly [name: string, exit: number, args: () => string[]])[] = [
  ['backup that succeeds', ok.code, () => backup('good')],
  ['backup to a scheme nobody knows', usage.code, () => ['backup', '--repo', 'ftp://x', '--data-dir', at('source')]],
  [
    'backup to S3 without credentials',
    usage.code,
    () => ['backup', '--repo', 's3://bucket', '--data-dir', at('source')],
  ],
  ['backup with an end before its start', usage.code, () => backup('good', '--start', 'now', '--end', '-1d')],
  ['backup of nobody', unreachable.code, () => ['backup', '--repo', at('good'), '--host', 'http://127.0.0.1:1']],
  ['backup by somebody who may not', denied.code, () => ['backup', '--repo', at('good'), '--host', closedHost]],
  ['backup of no directory', missing.code, () => ['backup', '--repo', at('good'), '--data-dir', at('none')]],
  ['incremental backup without a full one', missing.code, () => backup('fresh', '--type', 'incr')],
  ['backup to a place that is taken', conflict.code, () => backup('taken')],
  ['backup to a newer repository', conflict.code, () => backup('newer')],
  ['backup to a repository that somebody prunes', locked.code, () => backup('locked')],
  ['list', ok.code, () => ['backup', 'list', '--repo', at('good')]],
  ['list of no repository', missing.code, () => ['backup', 'list', '--repo', at('empty')]],
  ['list of a damaged one', ok.code, () => ['backup', 'list', '--repo', at('bad')]],
  ['show', ok.code, () => ['backup', 'show', '--repo', at('good')]],
  ['show of no set', missing.code, () => ['backup', 'show', '--repo', at('good'), '--set', 'x']],
  ['verify of what is good', ok.code, () => ['backup', 'verify', '--repo', at('good')]],
  ['verify of what is bad', mismatch.code, () => ['backup', 'verify', '--repo', at('bad'), '--all']],
  ['verify of no share', usage.code, () => ['backup', 'verify', '--repo', at('good'), '--read-data', '0']],
  ['prune without rules', usage.code, () => ['backup', 'prune', '--repo', at('good')]],
  ['prune that only shows', ok.code, () => ['backup', 'prune', '--repo', at('good'), '--keep-last', '1']],
  ['prune beside another', locked.code, () => ['backup', 'prune', '--repo', at('locked'), '--partial', '--yes']],
  ['pin of no set', missing.code, () => ['backup', 'pin', '--repo', at('good'), '--set', 'x']],
  ['copy', ok.code, () => ['backup', 'copy', '--repo', at('good'), '--to', at('copied')]],
  ['copy of what is damaged', mismatch.code, () => ['backup', 'copy', '--repo', at('bad'), '--to', at('copied-bad')]],
  ['restore to nowhere', usage.code, () => ['restore', '--repo', at('good')]],
  ['restore of no set', missing.code, () => restore('good', 'x1', '--set', '20000101T000000Z')],
  ['restore of what was not there yet', missing.code, () => restore('good', 'x2', '--at', '2001-01-01')],
  ['restore of no database', missing.code, () => restore('good', 'x3', '--database', 'none')],
  ['restore over something', conflict.code, () => restore('good', 'taken')],
  ['restore over a database', conflict.code, () => restore('good', 'source')],
  ['restore from a newer repository', conflict.code, () => restore('newer', 'x4')],
  ['restore of damaged bytes', mismatch.code, () => restore('bad', 'x5')],
  ['restore beside a prune', locked.code, () => restore('locked', 'x6')],
  ['restore that only shows', ok.code, () => restore('good', 'x7', '--dry-run')],
  ['restore to nobody', unreachable.code, () => ['restore', '--repo', at('good'), '--host', 'http://127.0.0.1:1']],
  ['restore by somebody who may not', denied.code, () => ['restore', '--repo', at('good'), '--host', closedHost]],
  ['restore of rows over a database', conflict.code, () => restoreRows('good')],
  ['restore of rows that merges', ok.code, () => restoreRows('good', '--if-exists', 'merge')],
  ['restore of rows that would replace', ok.code, () => restoreRows('good', '--if-exists', 'replace', '--dry-run')],
  ['restore of rows of damaged bytes', mismatch.code, () => restoreRows('bad', '--if-exists', 'merge')],
  ['restore of rows to a new name', usage.code, () => restoreRows('good', '--to-database', 'b')],
  ['backup with a typing error', 127, () => ['backup', 'lst', '--repo', at('good')]],
]

describe.each(CASES)('%s', (_name, exit, args) => {
  test('ends with its code for people', async () => {
    const outcome = await runBin(args())
    expect([outcome.exit, outcome.stderr], outcome.stdout).toEqual([exit, expect.any(String)])
    expect(outcome.stderr).not.toContain('    at ')
    if (exit !== 0 && exit !== mismatch.code) expect(outcome.stderr).not.toBe('')
  })

  test('ends with the same code and one document for machines', async () => {
    if (exit === 127) return
    const { stdout, exit: found } = await runBin([...args(), '--json'])
    const document = JSON.parse(stdout) as { schema?: string; error?: { exit: number } }
    expect(found, stdout).toBe(exit)
    if (document.error === undefined) expect(document.schema).toMatch(/^hyperbyte\.(backup\.[a-z]+|restore)\/\d+$/)
    else expect(document.error.exit).toBe(exit)
  })
})
