import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestEngine, type TestEngine } from '../engine/open-test-engine.js'

const PAGE = readFileSync(new URL('../../docs/compatibility.md', import.meta.url), 'utf8')
const SECTION = PAGE.slice(PAGE.indexOf('## Answers "not'), PAGE.indexOf('## Will stay'))
const STATEMENTS = [...SECTION.matchAll(/^- `(.*)`$/gm)].map(([, statement]) => statement)

let db: TestEngine

beforeAll(async () => {
  db = await openTestEngine()
  await db.write('cpu,host=a v=1 1700000000000000000')
})

afterAll(() => db.remove())

// When this fails, something new works: take the statement out of the list and tell it in CHANGELOG.md.
test('what docs/compatibility.md calls not implemented is refused with these words', async () => {
  expect(STATEMENTS.length).toBeGreaterThan(0)
  const answers = await Promise.allSettled(STATEMENTS.map((statement) => db.ask(statement)))
  const working = STATEMENTS.filter((_, index) => !isRefused(answers[index]))
  expect(working).toEqual([])
})

function isRefused(answer: PromiseSettledResult<unknown>): boolean {
  return answer.status === 'rejected' && /not implemented yet/.test(String(answer.reason))
}
