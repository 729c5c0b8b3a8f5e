import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { RepositoryLock, withLock } from '../../../src/operations/backup/repository/repository-lock.js'
import { DirectoryStore } from '../../../src/operations/backup/store/directory-store.js'

let store: DirectoryStore

beforeEach(async () => {
  store = new DirectoryStore(await mkdtemp(path.join(tmpdir(), 'hyperbyte-lock-')))
})

afterEach(async () => {
  vi.useRealTimers()
  await rm(store.location, { recursive: true })
})

async function keys(): Promise<string[]> {
  const found: string[] = []
  for await (const { key } of store.list('')) found.push(key)
  return found.sort()
}

test('readers and one writer get along, and who removes is alone', async () => {
  const signal = new AbortController().signal
  const take = (mode: 'read' | 'write' | 'prune') => RepositoryLock.take(store, { mode, waitMs: 0, signal })
  const held = [await take('write'), await take('read'), await take('read')]
  await expect(take('write')).rejects.toMatchObject({ kind: 'locked' })
  await expect(take('prune')).rejects.toThrow(`process ${process.pid}`)
  for (const lock of held) await lock?.release()
  const prune = await take('prune')
  for (const mode of ['read', 'write', 'prune'] as const)
    await expect(take(mode)).rejects.toMatchObject({ kind: 'locked' })
  await prune?.release()
  expect((await keys()).filter((key) => key.startsWith('locks/'))).toEqual([])
})

test('a lock waits for another, takes over from a process that is gone, and notices when it was taken away', async () => {
  const signal = new AbortController().signal
  const first = await RepositoryLock.take(store, { mode: 'write', waitMs: 0, signal })
  setTimeout(() => void first?.release(), 50)
  const second = await RepositoryLock.take(store, { mode: 'write', waitMs: 10_000, signal })
  await second?.confirm()
  const [key] = (await keys()).filter((name) => name.startsWith('locks/'))
  const record = JSON.parse(await readFile(path.join(store.location, key), 'utf8'))
  // A number that this machine gave to another process since.
  await writeFile(path.join(store.location, key), JSON.stringify({ ...record, processStart: '1' }))
  const third = await RepositoryLock.take(store, { mode: 'prune', waitMs: 0, signal })
  await expect(second?.confirm()).rejects.toMatchObject({ kind: 'locked' })
  await third?.release()
  await second?.release()
})

test('a lock is touched every minute, and one that was taken away is not brought back', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] })
  const signal = new AbortController().signal
  const lock = await RepositoryLock.take(store, { mode: 'write', waitMs: 0, signal })
  const [key] = await keys()
  const write = vi.spyOn(store, 'write')
  vi.advanceTimersByTime(60_000)
  await vi.waitUntil(() => write.mock.calls.length === 1, { timeout: 60_000 })
  await lock?.confirm()
  await store.remove(key)
  vi.advanceTimersByTime(180_000)
  await expect(lock?.confirm()).rejects.toMatchObject({ kind: 'locked' })
  await lock?.release()
  expect([write.mock.calls.length, await keys()]).toEqual([1, []])
})

test('a process that stood still for long does not trust its lock, though it is there', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'setInterval'] })
  const signal = new AbortController().signal
  const lock = await RepositoryLock.take(store, { mode: 'write', waitMs: 0, signal })
  vi.setSystemTime(Date.now() + 31 * 60_000)
  await expect(lock?.confirm()).rejects.toMatchObject({ kind: 'locked' })
  await lock?.release()
})

test('a process of another container is judged by its last touch, not by a number that means nothing here', async () => {
  const signal = new AbortController().signal
  const lock = await RepositoryLock.take(store, { mode: 'write', waitMs: 0, signal })
  const [key] = await keys()
  const record = JSON.parse(await readFile(path.join(store.location, key), 'utf8'))
  await writeFile(path.join(store.location, key), JSON.stringify({ ...record, pid: 2 ** 22 + 1, space: 'other' }))
  const take = () => RepositoryLock.take(store, { mode: 'write', waitMs: 0, signal })
  await expect(take()).rejects.toMatchObject({ kind: 'locked' })
  const longAgo = new Date(Date.now() - 31 * 60_000)
  await utimes(path.join(store.location, key), longAgo, longAgo)
  await (await take())?.release()
  await lock?.release()
})

test('what was done counts, whether or not the lock can be removed', async () => {
  const options = { mode: 'write', waitMs: 0, signal: new AbortController().signal } as const
  vi.spyOn(store, 'remove').mockRejectedValue(new Error('the network is away'))
  expect(await withLock(store, options, async () => 'done')).toBe('done')
  vi.mocked(store.remove).mockRestore()
  for (const key of await keys()) await store.remove(key)
  await expect(withLock(store, options, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
})

test('a lock that could not be taken to its end leaves nothing', async () => {
  const { signal } = new AbortController()
  const { list } = store
  let listCount = 0
  vi.spyOn(store, 'list').mockImplementation((prefix) => {
    if (++listCount === 2) throw new Error('the network is gone')
    return list.call(store, prefix)
  })
  await expect(RepositoryLock.take(store, { mode: 'write', waitMs: 0, signal })).rejects.toThrow('the network is gone')
  expect((await keys()).filter((key) => key.startsWith('locks/'))).toEqual([])
})
