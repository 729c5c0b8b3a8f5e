import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeDirectory, syncPath } from '../../../src/engine/domain/sync-path.js'

let root: string

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'hyperbyte-sync-'))
})

afterEach(() => rm(root, { recursive: true }))

test('a new directory names every directory that has a new name in it', async () => {
  const directory = path.join(root, 'db', 'autogen', 'm')
  const changed = await makeDirectory(directory)
  expect(changed).toEqual([path.join(root, 'db', 'autogen'), path.join(root, 'db'), root])
  expect((await stat(directory)).isDirectory()).toBe(true)
  for (const each of changed) await syncPath(each)
  expect(await makeDirectory(directory)).toEqual([])
  expect(await makeDirectory(path.join(directory, 'day'))).toEqual([directory])
})

test('a relative directory is made where this process stands', async () => {
  const directory = path.join(root, 'a', 'b')
  expect(await makeDirectory(path.relative(process.cwd(), directory))).toEqual([path.join(root, 'a'), root])
})
