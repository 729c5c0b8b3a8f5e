import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type TargetFlagValues, withTarget } from '../../src/cli/open-target.js'
import { ClientError } from '../../src/client/client-error.js'
import type { Target } from '../../src/client/target.js'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hyperbyte-target-'))
})

afterEach(() => rmSync(folder, { recursive: true }))

const CALL = { text: '', database: 'db', retentionPolicy: '', epoch: 'ns', paramsJson: '', isPretty: false }

function flags(): TargetFlagValues {
  return { 'data-dir': folder, timeout: 1000, insecure: false }
}

function write(target: Target, lines: string) {
  return target.write({
    database: 'db',
    retentionPolicy: '',
    precision: 'ns',
    body: Buffer.from(lines),
    isCompressed: false,
  })
}

async function ask(target: Target, text: string) {
  const rows: unknown[] = []
  for await (const { results = [] } of target.query({ ...CALL, text })) {
    for (const { series = [], error } of results) {
      rows.push(...series.flatMap(({ values = [] }) => values))
      if (error !== undefined) rows.push(error)
    }
  }
  return rows
}

test('a directory takes writes and answers queries as a server does', async () => {
  const rows = await withTarget(
    flags(),
    async (target) => {
      await ask(target, 'CREATE DATABASE db')
      await write(target, 'm,host=a v=9007199254740993i,w="ä\\"" 1')
      return [
        await ask(target, 'SELECT * FROM m'),
        await ask(target, 'SELECT * FROM m; SELECT nothing( FROM m').catch(String),
      ]
    },
    { isCreated: true },
  )
  expect(rows[0]).toEqual([[1, 'a', 9007199254740993n, 'ä"']])
  expect(rows[1]).toMatch(/error parsing query/)
})

test('what is refused is told as a server tells it', async () => {
  await withTarget(
    flags(),
    async (target) => {
      await ask(target, 'CREATE DATABASE db')
      await write(target, 'm v=1 1')
      const refusal = await write(target, 'm v="text" 2\nm w=1 3').catch((error: unknown) => error)
      expect(refusal).toBeInstanceOf(ClientError)
      expect(refusal).toMatchObject({ kind: 'partial' })
    },
    { isCreated: true },
  )
})

test('a directory that is none is missing, one in use is locked', async () => {
  await expect(withTarget(flags(), async () => {})).rejects.toMatchObject({ exit: 'missing' })
  await withTarget(
    flags(),
    async () => {
      await expect(withTarget(flags(), async () => {})).rejects.toMatchObject({ code: 'locked' })
    },
    { isCreated: true },
  )
})
