import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readWholeFile } from '../../../src/cli/read-input.js'
import { openInput } from '../../../src/operations/transfer/open-input.js'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hyperbyte-open-input-'))
})

afterAll(() => rmSync(folder, { recursive: true }))

async function read(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  const pieces: Buffer[] = []
  for await (const piece of openInput(path).pieces) pieces.push(piece)
  return Buffer.concat(pieces).toString()
}

test('a byte order mark is no part of the first name, packed or not', async () => {
  const marked = Buffer.from('\ufeffm v=1 1\n')
  expect(await read('marked.lp', marked)).toBe('m v=1 1\n')
  expect(await read('marked.lp.gz', gzipSync(marked))).toBe('m v=1 1\n')
  expect(await readWholeFile(join(folder, 'marked.lp'))).toBe('m v=1 1\n')
  expect(await readWholeFile(join(folder, 'marked.lp.gz'))).toBe('m v=1 1\n')
})

test('members of gzip that stand one behind the other are all read', async () => {
  expect(await read('two.gz', Buffer.concat([gzipSync('m v=1 1\n'), gzipSync('m v=2 2\n')]))).toBe('m v=1 1\nm v=2 2\n')
})

test('an empty file is one', async () => {
  expect(await read('empty', Buffer.alloc(0))).toBe('')
})
