import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FileSink } from '../../../src/cli/query/answer-sink.js'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hyperbyte-sink-'))
})

afterEach(() => rmSync(folder, { recursive: true }))

test('a file has its name when it is whole, and one that is given up leaves nothing', async () => {
  const sink = await FileSink.open(join(folder, 'a'))
  await sink.write('one')
  await sink.write(Buffer.from(' two'))
  expect(readdirSync(folder)).toEqual(['a.partial'])
  await sink.finish()
  await sink.abandon()
  const given = await FileSink.open(join(folder, 'b'))
  await given.write('x')
  await given.abandon()
  expect(readdirSync(folder)).toEqual(['a'])
  expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('one two')
})

test('the name of a device or a directory is not taken from it', async () => {
  const device = join(folder, 'device')
  symlinkSync('/dev/null', device)
  await expect(FileSink.open(device)).rejects.toThrow('is no regular file; "-" writes to stdout')
  mkdirSync(join(folder, 'directory'))
  await expect(FileSink.open(join(folder, 'directory'))).rejects.toThrow('directory')
  expect(readdirSync(folder)).toEqual(['device', 'directory'])
})
