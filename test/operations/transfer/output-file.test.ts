import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { OutputFile } from '../../../src/operations/transfer/output-file.js'

let directory: string
let file: string

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'hyperbyte-output-'))
  file = path.join(directory, 'out')
})

afterEach(async () => {
  await rm(directory, { recursive: true, force: true })
})

test.each([false, true])('a file has its name when it is whole (compressed: %s)', async (isCompressed) => {
  const output = new OutputFile(file, isCompressed)
  await output.write('one\n')
  await output.write('two\n')
  expect(await readdir(directory)).not.toContain('out')
  await output.finish()
  const bytes = await readFile(file)
  expect((isCompressed ? gunzipSync(bytes) : bytes).toString()).toBe('one\ntwo\n')
  expect(await readdir(directory)).toEqual(['out'])
})

test.each([false, true])(
  'a file that cannot be written fails what is written to it (compressed: %s)',
  async (packed) => {
    await mkdir(`${file}.partial`)
    const output = new OutputFile(file, packed)
    // Nobody waits for the file while a query runs.
    await sleep(20)
    const writing = (async () => {
      for (let i = 0; i < 50; i++) await output.write(String(Math.random()).repeat(4096))
      await output.finish()
    })()
    await expect(writing).rejects.toThrow('EISDIR')
  },
)
