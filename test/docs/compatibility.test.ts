import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestEngine, type TestEngine } from '../engine/open-test-engine.js'

const PAGE = readFileSync(new URL('../../docs/compatibility.md', import.meta.url), 'utf8')
const SECTION = PAGE.slice(PAGE.indexOf('## Every statement'), PAGE.indexOf('## Will stay'))
const STATEMENTS = [...SECTION.matchAll(/^- `(.*)`$/gm)].map(([, statement]) => statement)

let db: TestEngine

beforeAll(async () => {
  db = await openTestEngine()
  await db.write('cpu,host=a v=1 1700000000000000000')
})

afterAll(() => db.remove())

test('what docs/compatibility.md says of every statement is so', async () => {
  expect(STATEMENTS.length).toBeGreaterThan(10)
  for (const statement of STATEMENTS) await expect(db.ask(statement), statement).resolves.toBeInstanceOf(Array)
})
