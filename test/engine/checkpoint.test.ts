import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  type Checkpoint,
  decodeRegistry,
  fileEntryOf,
  restoreDataDirectory,
  splitRecords,
} from '../../src/engine/index.js'
import { Wal } from '../../src/engine/wal/wal.js'
import { openAt, openTestEngine, type TestEngine } from './open-test-engine.js'

let source: TestEngine
let target: string

beforeEach(async () => {
  source = await openTestEngine()
  target = path.join(await mkdtemp(path.join(tmpdir(), 'hyperbyte-checkpoint-')), 'copy')
})

afterEach(async () => {
  await source.remove()
  await rm(path.dirname(target), { recursive: true, force: true })
})

async function* recordsOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) yield* splitRecords(piece)
}

/** Copies a checkpoint into the target directory, the files last. */
async function copy(checkpoint: Checkpoint): Promise<void> {
  const files: { id: number; path: string }[] = []
  async function* entries() {
    for await (const entry of decodeRegistry(checkpoint.registry())) {
      const file = fileEntryOf(entry)
      if (file !== null) files.push(file)
      yield entry
    }
  }
  const directory = await restoreDataDirectory(target, { entries: entries(), records: recordsOf(checkpoint.wal()) })
  for (const { id, path: name } of files) {
    const pieces: Uint8Array[] = []
    for await (const piece of checkpoint.file(id)) pieces.push(piece)
    await writeFile(await directory.filePath(name), Buffer.concat(pieces))
  }
}

async function askCopy(text: string): Promise<string[]> {
  const opened = await openAt(target, {})
  try {
    return await opened.ask(text)
  } finally {
    await opened.engine.close()
  }
}

test('a copied checkpoint has the rows of its moment, from files and from the log, and nothing later', async () => {
  await source.write('m,host=a v=1 1')
  await source.engine.flush()
  await source.write('m,host=b v=2 2')
  const checkpoint = await source.engine.checkpoint()
  await source.write('m,host=c v=3 3')
  await source.ask('CREATE DATABASE later', '')
  expect(checkpoint.info).toMatchObject({ fileCount: 1, flushedSequence: 1n, lastSequence: 2n, nodeId: 0 })
  await copy(checkpoint)
  await checkpoint.release()
  expect(await askCopy('SELECT v FROM m')).toEqual(['m | time=1 v=1', 'm | time=2 v=2'])
  expect((await askCopy('SHOW DATABASES')).join()).not.toContain('later')
  const same = await openAt(target, {})
  const { instanceId } = (await same.engine.checkpoint()).info
  await same.engine.close()
  expect(instanceId).toBe(checkpoint.info.instanceId)
})

test('files of a checkpoint outlive their merge, their drop and a flush with truncation', async () => {
  for (let i = 0; i < 4; i++) {
    await source.write(`m v=${i} ${i}`)
    await source.engine.flush()
  }
  await source.write('m v=4 4')
  const checkpoint = await source.engine.checkpoint()
  await source.engine.compact()
  await source.ask('DROP MEASUREMENT m')
  await source.engine.flush()
  await copy(checkpoint)
  expect(await askCopy('SELECT count(v) FROM m')).toEqual(['m | time=0 count=5'])
  await checkpoint.release()
  expect(() => checkpoint.file(1)).toThrow('the checkpoint has no file 1')
})

test('a drop that happened before the checkpoint stays a drop', async () => {
  await source.write('m v=1 1\nn v=1 1')
  await source.ask('DROP MEASUREMENT m')
  const checkpoint = await source.engine.checkpoint()
  await copy(checkpoint)
  await checkpoint.release()
  expect(await askCopy('SHOW MEASUREMENTS')).toEqual(['measurements | name=n'])
})

test('a copy of the registry that was cut off or changed is refused', async () => {
  const checkpoint = await source.engine.checkpoint()
  const pieces: Uint8Array[] = []
  for await (const piece of checkpoint.registry()) pieces.push(piece)
  await checkpoint.release()
  const whole = Buffer.concat(pieces)
  const read = async (bytes: Uint8Array) => {
    async function* one() {
      yield bytes
    }
    let count = 0
    for await (const _ of decodeRegistry(one())) count++
    return count
  }
  expect(await read(whole)).toBeGreaterThan(2)
  await expect(read(whole.subarray(0, whole.length - 3))).rejects.toThrow('it ends too early')
  const changed = Buffer.from(whole)
  changed[changed.length - 20] ^= 1
  await expect(read(changed)).rejects.toThrow('its checksum is wrong')
})

test('a checkpoint that could not be taken holds no files', async () => {
  await source.write('m v=1 1')
  await source.engine.flush()
  vi.spyOn(Wal.prototype, 'snapshot').mockImplementationOnce(() => {
    throw new Error('the log is being reopened')
  })
  await expect(source.engine.checkpoint()).rejects.toThrow('being reopened')
  await source.ask('DROP MEASUREMENT m')
  await vi.waitFor(async () => {
    const names = await readdir(path.join(source.dataDir, 'data'), { recursive: true })
    expect(names.filter((name) => name.endsWith('.parquet'))).toEqual([])
  }, 60_000)
})
