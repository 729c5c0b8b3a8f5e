import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type BlobStore, MissingBlobError } from '../../../../src/operations/backup/store/blob-store.js'
import { bytesOf, piecesOf } from '../../../../src/operations/backup/store/bytes-of.js'
import { DirectoryStore } from '../../../../src/operations/backup/store/directory-store.js'
import { openStore as openStoreAt } from '../../../../src/operations/backup/store/open-store.js'
import { FakeS3 } from './fake-s3.js'

interface Adapter {
  readonly name: string
  open(): Promise<BlobStore>
  close(): Promise<void>
}

let folder = ''
let fake: FakeS3

const directory: Adapter = {
  name: 'a directory',
  open: async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'hyperbyte-store-'))
    return new DirectoryStore(folder)
  },
  close: () => rm(folder, { recursive: true, force: true }),
}

const bucket: Adapter = {
  name: 'an S3 bucket',
  open: async () => {
    fake = await FakeS3.start()
    return await openStore('s3://bucket/some/prefix', environment())
  },
  close: () => fake.stop(),
}

/** Waits little before it tries again. */
function openStore(location: string, variables: Record<string, string>): Promise<BlobStore> {
  return openStoreAt(location, variables, 1)
}

function environment() {
  return {
    HOME: '/nonexistent',
    AWS_ACCESS_KEY_ID: 'key',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_ENDPOINT_URL_S3: fake.endpoint,
  }
}

async function keysOf(store: BlobStore, prefix: string): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of store.list(prefix)) keys.push(key)
  return keys.sort()
}

describe.each([directory, bucket])('$name as a blob store', ({ open, close }) => {
  let store: BlobStore

  beforeEach(async () => {
    store = await open()
  })

  afterEach(close)

  test('gives back what was written, as a whole and in part', async () => {
    await store.write('sets/a.json', piecesOf(Buffer.from('hello')))
    await store.sync()
    expect(await store.size('sets/a.json')).toBe(5)
    expect((await bytesOf(store.read('sets/a.json'))).toString()).toBe('hello')
    expect((await bytesOf(store.read('sets/a.json', { start: 1, end: 4 }))).toString()).toBe('ell')
    expect((await bytesOf(store.read('sets/a.json', { start: 2, end: 2 }))).toString()).toBe('')
  })

  test('an empty blob is a blob', async () => {
    await store.write('sets/a.pin', piecesOf(new Uint8Array(0)))
    expect(await store.size('sets/a.pin')).toBe(0)
    expect(await bytesOf(store.read('sets/a.pin'))).toHaveLength(0)
  })

  test('what is not there has no size, is not read, and may be removed', async () => {
    expect(await store.size('blobs/aa/none')).toBeNull()
    await expect(bytesOf(store.read('blobs/aa/none'))).rejects.toBeInstanceOf(MissingBlobError)
    await store.remove('blobs/aa/none')
  })

  test('lists by prefix, and forgets what was removed', async () => {
    for (const key of ['sets/1.json', 'sets/2.json', 'blobs/aa/x', 'root'])
      await store.write(key, piecesOf(Buffer.from(key)))
    expect(await keysOf(store, 'sets/')).toEqual(['sets/1.json', 'sets/2.json'])
    expect(await keysOf(store, '')).toEqual(['blobs/aa/x', 'root', 'sets/1.json', 'sets/2.json'])
    await store.remove('sets/1.json')
    expect(await keysOf(store, 'sets/')).toEqual(['sets/2.json'])
    expect(await keysOf(store, 'nothing/')).toEqual([])
  })

  test('a write that fails leaves what was there before, and nothing else', async () => {
    await store.write('sets/a.json', piecesOf(Buffer.from('before')))
    async function* failing() {
      yield Buffer.from('half of ')
      throw new Error('the source broke')
    }
    await expect(store.write('sets/a.json', failing())).rejects.toThrow('the source broke')
    await expect(store.write('sets/b.json', failing())).rejects.toThrow('the source broke')
    expect((await bytesOf(store.read('sets/a.json'))).toString()).toBe('before')
    expect(await keysOf(store, '')).toEqual(['sets/a.json'])
  })

  test('large blobs of odd pieces come back whole', async () => {
    const bytes = Buffer.alloc(34 * 2 ** 20, 'hyperbyte')
    async function* pieces() {
      for (let at = 0; at < bytes.length; at += 1_000_003) yield bytes.subarray(at, at + 1_000_003)
    }
    await store.write('blobs/aa/large', pieces())
    expect(await store.size('blobs/aa/large')).toBe(bytes.length)
    expect((await bytesOf(store.read('blobs/aa/large'))).equals(bytes)).toBe(true)
  })
})

describe('an S3 bucket', () => {
  beforeEach(async () => {
    fake = await FakeS3.start()
  })

  afterEach(() => fake.stop().catch(() => undefined))

  test('is listed page by page', async () => {
    fake.pageCount = 2
    const store = await openStore('s3://bucket', environment())
    for (const key of ['a', 'b', 'c', 'd', 'e']) await store.write(key, piecesOf(Buffer.from(key)))
    expect(await keysOf(store, '')).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  test('is tried again when it fails in passing, and not when it refuses', async () => {
    const store = await openStore('s3://bucket', environment())
    fake.failures.push(503, 500)
    await store.write('a', piecesOf(Buffer.from('x')))
    expect(fake.requestCount).toBe(3)
    fake.failures.push(403)
    await expect(store.write('a', piecesOf(Buffer.from('x')))).rejects.toMatchObject({ kind: 'denied' })
    expect(fake.requestCount).toBe(4)
  })

  test('parts of an upload that fails are thrown away', async () => {
    const store = await openStore('s3://bucket', environment())
    async function* failing() {
      yield Buffer.alloc(17 * 2 ** 20)
      throw new Error('the source broke')
    }
    await expect(store.write('a', failing())).rejects.toThrow('the source broke')
    expect([fake.uploads.size, fake.objects.size]).toEqual([0, 0])
  })

  test('takes up a read where the connection broke', async () => {
    const store = await openStore('s3://bucket', environment())
    const bytes = Buffer.alloc(1_000_000, 'hyperbyte')
    await store.write('a', piecesOf(bytes))
    fake.cutAfter = 300_000
    expect((await bytesOf(store.read('a'))).equals(bytes)).toBe(true)
    fake.cutAfter = 300_000
    const part = await bytesOf(store.read('a', { start: 7, end: 999_999 }))
    expect(part.equals(bytes.subarray(7, 999_999))).toBe(true)
  })

  test('puts the parts together again when that failed behind a 200', async () => {
    const store = await openStore('s3://bucket', environment())
    const bytes = Buffer.alloc(17 * 2 ** 20, 'x')
    fake.isCompletionFailing = true
    await store.write('a', piecesOf(bytes))
    expect(await store.size('a')).toBe(bytes.length)
    expect(fake.uploads.size).toBe(0)
  })

  test('lets in who brings the token of a session, signed', async () => {
    fake.sessionToken = 'IQoJb3JpZ2luX2VjE+/=='
    const store = await openStore('s3://bucket/a b/ü(1)', { ...environment(), AWS_SESSION_TOKEN: fake.sessionToken })
    await store.write('a', piecesOf(Buffer.from('x')))
    await store.write('large', piecesOf(Buffer.alloc(17 * 2 ** 20)))
    expect(await keysOf(store, '')).toEqual(['a', 'large'])
    expect(await store.size('a')).toBe(1)
    const without = await openStore('s3://bucket', environment())
    await expect(without.write('a', piecesOf(Buffer.from('x')))).rejects.toMatchObject({ kind: 'denied' })
  })

  test.each([
    ['a wrong key', { AWS_ACCESS_KEY_ID: 'other' }, 'denied', /access key is not known/, /AWS_ACCESS_KEY_ID/],
    ['a wrong secret', { AWS_SECRET_ACCESS_KEY: 'other' }, 'denied', /does not fit/, /AWS_SECRET_ACCESS_KEY/],
    ['a wrong token', { AWS_SESSION_TOKEN: 'x' }, 'denied', /session token does not belong/, /AWS_SESSION_TOKEN/],
  ])('says what to do about %s', async (_name, change, kind, message, hint) => {
    const store = await openStore('s3://bucket', { ...environment(), ...change })
    const failure = { kind, message: expect.stringMatching(message), hint: expect.stringMatching(hint) }
    await expect(bytesOf(store.read('a'))).rejects.toMatchObject(failure)
    await expect(keysOf(store, '')).rejects.toMatchObject(failure)
  })

  test.each([
    ['ExpiredToken', 400, '', 'denied', /what was copied is used/],
    ['AccessDenied', 403, '', 'denied', /s3:ListBucket/],
    ['RequestTimeTooSkewed', 403, '', 'denied', /clock/],
    ['AuthorizationHeaderMalformed', 400, '<Region>eu-west-1</Region>', 'rejected', /^AWS_REGION=eu-west-1$/],
    ['PermanentRedirect', 301, '', 'rejected', /AWS_REGION/],
    ['QuotaExceeded', 403, '', 'no-space', /prune/],
  ])('says what to do about %s', async (code, status, more, kind, hint) => {
    const store = await openStore('s3://bucket', environment())
    fake.failures.push({ status, code, more })
    const failure = { kind, hint: expect.stringMatching(hint) }
    await expect(store.write('a', piecesOf(Buffer.from('x')))).rejects.toMatchObject(failure)
  })

  test('that does not exist is told from one that is empty', async () => {
    const store = await openStore('s3://another', environment())
    const failure = { kind: 'missing', message: 's3://another: there is no bucket another' }
    await expect(keysOf(store, '')).rejects.toMatchObject(failure)
    await expect(bytesOf(store.read('a'))).rejects.toMatchObject(failure)
  })

  test('needs credentials, and a name', async () => {
    await expect(openStore('s3://bucket/x', { HOME: '/nonexistent' })).rejects.toMatchObject({ kind: 'usage' })
    await expect(openStore('s3:///x', environment())).rejects.toMatchObject({ kind: 'usage' })
    await expect(openStore('gs://bucket', environment())).rejects.toMatchObject({ kind: 'usage' })
  })

  test('that cannot be reached says so', async () => {
    const nobody = environment()
    await fake.stop()
    const store = await openStore('s3://bucket', nobody)
    const message = expect.stringMatching(/^cannot reach s3:\/\/bucket: connect ECONNREFUSED 127.0.0.1:\d+$/)
    await expect(store.size('a')).rejects.toMatchObject({ kind: 'unreachable', message })
  })
})

test('what a writer that died left behind is removed when it is old', async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hyperbyte-store-'))
  const store = new DirectoryStore(folder)
  await mkdir(path.join(folder, 'tmp'))
  await writeFile(path.join(folder, 'tmp', 'half'), 'x')
  expect(await store.removeLeftovers(Date.now())).toBe(0)
  expect(await store.removeLeftovers(Date.now() + 48 * 3_600_000)).toBe(1)
  await rm(folder, { recursive: true, force: true })
})

test('a file is copied into a directory when its copy is what it should be, and not at all otherwise', async () => {
  const store = (await directory.open()) as DirectoryStore
  const file = path.join(folder, 'source')
  await writeFile(file, 'content')
  const seen: string[] = []
  await store.copyIn('blobs/a', file, async (copy) => {
    seen.push((await bytesOf(copy)).toString())
  })
  expect(seen).toEqual(['content'])
  expect((await bytesOf(store.read('blobs/a'))).toString()).toBe('content')
  const refuse = async (): Promise<void> => {
    throw new Error('not what it should be')
  }
  await expect(store.copyIn('blobs/b', file, refuse)).rejects.toThrow('not what it should be')
  expect(await keysOf(store, 'blobs/')).toEqual(['blobs/a'])
  expect(await readdir(path.join(folder, 'tmp'))).toEqual([])
  await directory.close()
})
