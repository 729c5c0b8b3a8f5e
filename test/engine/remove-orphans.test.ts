import { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { removeOrphans } from '../../src/engine/remove-orphans.js'

test('old files that nobody registered go, young ones and registered ones stay', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'hyperbyte-orphans-'))
  try {
    const folder = path.join(directory, 'db/autogen/m/2023-11-13')
    await mkdir(folder, { recursive: true })
    for (const name of ['old.parquet', 'old.parquet.tmp', 'registered.parquet', 'young.parquet', 'notes.txt']) {
      await writeFile(path.join(folder, name), 'x')
      if (name !== 'young.parquet') await utimes(path.join(folder, name), 1000, 1000)
    }
    const registered = 'db/autogen/m/2023-11-13/registered.parquet'
    await removeOrphans(directory, (name) => name === registered, 2_000_000)
    expect((await readdir(folder)).sort()).toEqual(['notes.txt', 'registered.parquet', 'young.parquet'])
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
})

test('a file that goes away meanwhile keeps none of the others', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'hyperbyte-orphans-'))
  try {
    await symlink('nowhere', path.join(directory, 'a.parquet'))
    await writeFile(path.join(directory, 'b.parquet'), 'x')
    await utimes(path.join(directory, 'b.parquet'), 1000, 1000)
    expect(await removeOrphans(directory, () => false, 2_000_000)).toEqual(['b.parquet'])
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
})
