import { cp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Checkpoint } from '../../../src/engine/index.js'
import { BytePace } from '../../../src/operations/backup/byte-pace.js'
import { toSelection } from '../../../src/operations/backup/selection.js'
import { NO_PROGRESS } from '../../../src/operations/progress.js'
import { openTestRepository, type TestRepository } from './open-test-repository.js'

let test_: TestRepository

beforeEach(async () => {
  test_ = await openTestRepository()
})

afterEach(() => test_.remove())

const EVERYTHING = { databases: [], excluded: [], retentionPolicies: [], startNs: null, endNs: null }

test('what was backed up comes back: rows in files and in the log, and users', async () => {
  const { source, create, restore, askRestored } = test_
  await source.write('m,host=a v=1i,s="x" 1')
  await source.engine.flush()
  await source.write('m,host=b v=9007199254740993i 2')
  await source.ask(`CREATE USER u WITH PASSWORD 'p' WITH ALL PRIVILEGES`, '')
  const { manifest } = await create({ labels: { why: 'test' } })
  expect(manifest).toMatchObject({ type: 'full', parent: null, labels: { why: 'test' }, node: 0, selection: null })
  expect(manifest.log).toMatchObject({ flushedSequence: '1', lastSequence: '2', records: 1 })
  const outcome = await restore('copy')
  expect(outcome).toMatchObject({ set: manifest.id, files: 1, logRecords: 1, replaced: false, reusedFiles: 0 })
  expect(await askRestored('copy', 'SELECT v, s FROM m')).toEqual([
    'm | time=1 v=1 s=x',
    'm | time=2 v=9007199254740993 s=null',
  ])
  expect(await askRestored('copy', 'SHOW USERS')).toEqual([' | user=u admin=true'])
  expect(await readdir(path.join(test_.folder, 'copy'))).not.toContain('restoring')
})

test('a second backup copies only what is new, and each set restores alone', async () => {
  const { source, create, restore, askRestored } = test_
  await source.write('m v=1 1')
  await source.engine.flush()
  const first = await create()
  await source.write('m v=2 2')
  await source.engine.flush()
  const second = await create()
  expect(second.manifest).toMatchObject({ type: 'incr', parent: first.manifest.id })
  expect(second.newFiles).toBe(1)
  expect(second.manifest.files).toHaveLength(2)
  await restore('newest')
  await restore('oldest', { choice: { kind: 'id', id: first.manifest.id } })
  expect(await askRestored('newest', 'SELECT count(v) FROM m')).toEqual(['m | time=0 count=2'])
  expect(await askRestored('oldest', 'SELECT count(v) FROM m')).toEqual(['m | time=0 count=1'])
})

test('a backup of one database keeps nothing of the others', async () => {
  const { source, create, restore, askRestored, store } = test_
  await source.ask('CREATE DATABASE other', '')
  await source.write('m v=1 1')
  await source.write('secret v=1 1', 'other')
  await source.engine.flush()
  await source.write('m v=2 2')
  await source.write('secret v=2 2', 'other')
  const { manifest } = await create({ selection: toSelection({ ...EVERYTHING, databases: ['db'] }) })
  expect(manifest.files.map(({ database }) => database)).toEqual(['db'])
  expect(manifest.log.records).toBe(2)
  await restore('copy')
  expect(await askRestored('copy', 'SELECT count(v) FROM m')).toEqual(['m | time=0 count=2'])
  expect(await askRestored('copy', 'SHOW DATABASES')).toEqual(['databases | name=db'])
  const { gunzipSync } = await import('node:zlib')
  for await (const { key } of store.list('blobs/')) {
    const bytes = await readFile(path.join(store.location, key))
    const text = (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString('latin1')
    expect(text).not.toContain('secret')
  }
})

test('a database and its policy come back under new names', async () => {
  const { source, create, restore, askRestored } = test_
  await source.ask('CREATE RETENTION POLICY short ON db DURATION 90000d REPLICATION 1', '')
  await source.write('m,host=a v=1 1', 'db', 'short')
  await source.engine.flush()
  await source.write('m,host=b v=2 2', 'db', 'short')
  await source.write('gone v=1 1')
  await create()
  await restore('copy', {
    selection: toSelection({ ...EVERYTHING, databases: ['db'], retentionPolicies: ['short'] }),
    renames: { database: 'b', retentionPolicy: 'long' },
  })
  expect(await askRestored('copy', 'SELECT v FROM b.long.m', 'b')).toEqual(['m | time=1 v=1', 'm | time=2 v=2'])
  expect(await askRestored('copy', 'SHOW DATABASES')).toEqual(['databases | name=b'])
  expect((await askRestored('copy', 'SHOW RETENTION POLICIES ON b')).join()).toContain('name=long')
})

test('what was deleted stays deleted, in a whole copy and in a part under another name', async () => {
  const { source, create, restore, askRestored } = test_
  await source.ask('CREATE DATABASE other', '')
  await source.write('m,host=a v=1 1\nm,host=b v=1 1')
  await source.write('m,host=a v=1 1', 'other')
  await source.engine.flush()
  await source.ask(`DELETE FROM m WHERE host = 'a'`)
  await source.engine.flush()
  await source.write('m,host=c v=1 1')
  await source.ask(`DELETE FROM m WHERE host = 'c'`)
  await create()
  const selection = toSelection({ ...EVERYTHING, databases: ['db'] })
  await restore('whole')
  await restore('part', { selection, renames: { database: 'new', retentionPolicy: null } })
  expect(await askRestored('whole', 'SELECT v FROM m GROUP BY host')).toEqual(['m host=b | time=1 v=1'])
  expect(await askRestored('part', 'SELECT v FROM m GROUP BY host', 'new')).toEqual(['m host=b | time=1 v=1'])
})

test('what does not exist is not backed up as an empty set, and is left out with a warning', async () => {
  await test_.source.ask('CREATE DATABASE other')
  await test_.source.ask('CREATE RETENTION POLICY p ON other DURATION INF REPLICATION 1')
  const wrong = [
    { databases: ['typo'] },
    { retentionPolicies: ['typo'] },
    { databases: ['db'], retentionPolicies: ['p'] },
  ]
  for (const flags of wrong) {
    const selection = toSelection({ ...EVERYTHING, ...flags })
    await expect(test_.create({ selection })).rejects.toMatchObject({ kind: 'missing' })
    await expect(test_.create({ selection, isDryRun: true })).rejects.toMatchObject({ kind: 'missing' })
  }
  const warnings: string[] = []
  const progress = { ...NO_PROGRESS, warn: (message: string) => void warnings.push(message) }
  const pace = new BytePace({ bytesPerSecond: null, progress, signal: new AbortController().signal })
  const selection = toSelection({ ...EVERYTHING, excluded: ['typo', 'db'], retentionPolicies: ['p'] })
  expect((await test_.create({ selection, pace })).manifest.databases).toEqual(['other'])
  expect(warnings).toEqual(['there is no database typo to leave out'])
})

test('a directory that holds a database is left alone unless it is to be replaced', async () => {
  const { source, create, restore, askRestored } = test_
  await source.write('m v=1 1')
  await source.engine.flush()
  await create()
  await restore('copy')
  await expect(restore('copy')).rejects.toMatchObject({ kind: 'conflict' })
  await source.write('m v=2 2')
  await create()
  expect(await restore('copy', { ifExists: 'replace' })).toMatchObject({ replaced: true })
  expect(await askRestored('copy', 'SELECT count(v) FROM m')).toEqual(['m | time=0 count=2'])
  await expect(restore('repo')).rejects.toThrow('is not empty')
})

test('a directory that a server has is refused as locked', async () => {
  const { source, create, restore } = test_
  await create()
  await expect(restore('x', { into: source.dataDir })).rejects.toMatchObject({ code: 'locked' })
  await expect(restore('x', { into: source.dataDir, ifExists: 'replace' })).rejects.toMatchObject({ code: 'locked' })
})

test('a damaged file of the server makes no set, and the next backup is fine when it is whole again', async () => {
  const { source, create, restore, store } = test_
  await source.write('m v=1 1')
  await source.engine.flush()
  const [name] = (await readdir(path.join(source.dataDir, 'data'), { recursive: true })).filter((file) =>
    file.endsWith('.parquet'),
  )
  const file = path.join(source.dataDir, 'data', name)
  const whole = await readFile(file)
  const damaged = Buffer.from(whole)
  damaged[100] ^= 1
  await writeFile(file, damaged)
  await expect(create()).rejects.toMatchObject({ kind: 'damaged' })
  await expect(restore('copy')).rejects.toMatchObject({ kind: 'missing' })
  for await (const { key } of store.list('blobs/')) expect(key).not.toContain('undefined')
  await writeFile(file, whole)
  await create()
  await restore('copy')
})

test('files come through the server when they are not on this machine, or something else is in their place', async () => {
  const { source, create, restore, askRestored, folder } = test_
  await source.write('m v=1 1')
  await source.engine.flush()
  await source.write('m v=2 2')
  await source.engine.flush()
  const from = (filesIn: string) => async (): Promise<Checkpoint> => {
    const checkpoint = await source.engine.checkpoint()
    return {
      info: { ...checkpoint.info, filesIn },
      registry: () => checkpoint.registry(),
      wal: () => checkpoint.wal(),
      file: (id) => checkpoint.file(id),
      release: () => checkpoint.release(),
    }
  }
  const elsewhere = path.join(folder, 'elsewhere')
  await cp(path.join(source.dataDir, 'data'), elsewhere, { recursive: true })
  const names = (await readdir(elsewhere, { recursive: true })).filter((name) => name.endsWith('.parquet'))
  await rm(path.join(elsewhere, names[0]))
  await writeFile(path.join(elsewhere, names[1]), Buffer.alloc((await stat(path.join(elsewhere, names[1]))).size))
  const { manifest } = await create({ openCheckpoint: from(elsewhere) })
  expect(manifest.files).toHaveLength(2)
  await restore('copy')
  expect(await askRestored('copy', 'SELECT sum(v) FROM m')).toEqual(['m | time=0 sum=3'])
})

test('a backup and a restore at a rate give the same', async () => {
  const { source, create, restore, askRestored } = test_
  await source.write('m v=1 1')
  await source.engine.flush()
  const pace = () => new BytePace({ bytesPerSecond: 1e9, progress: NO_PROGRESS, signal: new AbortController().signal })
  await create({ pace: pace() })
  await restore('copy', { pace: pace() })
  expect(await askRestored('copy', 'SELECT v FROM m')).toEqual(['m | time=1 v=1'])
})

test('a dry run writes nothing and says what it would', async () => {
  const { source, create, restore, folder } = test_
  await source.write('m v=1 1')
  await source.engine.flush()
  expect(await create({ isDryRun: true })).toMatchObject({ newFiles: 1 })
  expect(await readdir(folder)).toEqual([])
  await create()
  expect(await restore('copy', { isDryRun: true })).toMatchObject({ files: 1, rows: 1 })
  expect(await readdir(folder)).toEqual(['repo'])
})
