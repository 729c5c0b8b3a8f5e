/** Backups in a bucket as an operator keeps them: temporary credentials, a profile, and what is said when S3 refuses. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EXIT_CODES } from '../../src/cli/exit-codes.js'
import { openAt } from '../engine/open-test-engine.js'
import { FakeS3 } from '../operations/backup/store/fake-s3.js'
import { type Outcome, requireBuild, runBin } from '../support/built-bin.js'

const REPO = 's3://bucket/hb'
const { ok, usage, denied, missing } = EXIT_CODES

let folder: string
let fake: FakeS3

beforeAll(async () => {
  requireBuild()
  folder = mkdtempSync(join(tmpdir(), 'hyperbyte-backup-s3-'))
  const source = await openAt(at('source'), {})
  await source.ask('CREATE DATABASE db', '')
  await source.write('m v=1 1')
  await source.engine.flush()
  await source.write('m v=2 2')
  await source.engine.close()
  mkdirSync(at('.aws'))
  const keys = 'aws_access_key_id = key\naws_secret_access_key = secret\naws_session_token = token\n'
  writeFileSync(at('.aws/credentials'), `[nightly]\n${keys}`)
  fake = await FakeS3.start()
  fake.sessionToken = 'token'
})

afterAll(async () => {
  await fake.stop()
  rmSync(folder, { recursive: true })
})

function at(name: string): string {
  return join(folder, name)
}

function run(args: readonly string[], change: Record<string, string> = {}): Promise<Outcome> {
  const environment = {
    AWS_ACCESS_KEY_ID: 'key',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_SESSION_TOKEN: 'token',
    AWS_ENDPOINT_URL_S3: fake.endpoint,
    ...change,
  }
  return runBin(args, { environment })
}

test('a bucket is backed up to, listed, verified, copied from, restored from and pruned', async () => {
  const profile = {
    AWS_PROFILE: 'nightly',
    AWS_SHARED_CREDENTIALS_FILE: at('.aws/credentials'),
    AWS_ACCESS_KEY_ID: '',
    AWS_SESSION_TOKEN: '',
  }
  const backup = ['backup', '--repo', REPO, '--data-dir', at('source')]
  expect(await run(backup, profile)).toMatchObject({ exit: ok.code, stderr: '' })
  expect(await run([...backup, '--compress', 'none', '-q'])).toMatchObject({ exit: ok.code, stdout: '', stderr: '' })
  const listed = await run(['backup', 'list', '--repo', REPO, '--columns', 'type,state', '--no-header'])
  expect(listed.stdout).toBe('incr  verified\nfull  verified\n')
  expect(await run(['backup', 'verify', '--repo', REPO, '-q'])).toMatchObject({ exit: ok.code })
  expect(await run(['backup', 'copy', '--repo', REPO, '--to', at('near')])).toMatchObject({ exit: ok.code })
  expect(await run(['restore', '--repo', REPO, '--into', at('restored'), '-q'])).toMatchObject({ exit: ok.code })
  const counted = await run([
    'query',
    '--data-dir',
    at('restored'),
    '-d',
    'db',
    '-e',
    'SELECT count(v) FROM m',
    '--json',
  ])
  expect(JSON.parse(counted.stdout).results[0].series[0].values[0][1]).toBe(2)
  const pruned = await run(['backup', 'prune', '--repo', REPO, '--keep-last', '1', '--yes'])
  expect(pruned).toMatchObject({ exit: ok.code, stdout: expect.stringContaining('removed 1 sets') })
  expect([...fake.objects.keys()].filter((key) => key.startsWith('hb/locks/'))).toEqual([])
  expect(fake.uploads.size).toBe(0)
})

test.each([
  ['no credentials', usage, { AWS_SECRET_ACCESS_KEY: '' }, REPO, 'AWS_PROFILE'],
  ['a key that is not known', denied, { AWS_ACCESS_KEY_ID: 'other' }, REPO, 'AWS_ACCESS_KEY_ID'],
  ['a secret that does not fit', denied, { AWS_SECRET_ACCESS_KEY: 'other' }, REPO, 'AWS_SECRET_ACCESS_KEY'],
  ['a token of another session', denied, { AWS_SESSION_TOKEN: 'other' }, REPO, 'AWS_SESSION_TOKEN'],
  ['a bucket that is not there', missing, {}, 's3://nobody/hb', 'aws s3 mb s3://nobody'],
  ['a bucket without a repository', missing, {}, 's3://bucket/empty', 'hyperbyte backup --repo'],
])('%s is told, with what to do', async (_name, { code }, change, repo, hint) => {
  const { exit, stderr } = await run(['backup', 'list', '--repo', repo], change)
  expect([exit, stderr]).toEqual([code, expect.stringContaining(hint)])
})
