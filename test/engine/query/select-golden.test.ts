import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ask } from './ask.js'
import { MemoryDatabase } from './memory-database.js'
import { PushingScanner } from './pushing-scanner.js'

const FOLDER = 'test/golden/select'

/** The file as we would have recorded it. */
async function replay(lines: readonly string[], isPushed: boolean): Promise<string[]> {
  const catalog = new MemoryDatabase()
  if (isPushed) catalog.scanner = new PushingScanner(catalog)
  const replayed: string[] = []
  let database = ''
  let target = ''
  for (const line of lines) {
    if (line.startsWith('{')) continue
    replayed.push(line)
    if (line.startsWith('db ')) database = line.slice(3)
    if (line.startsWith('write ')) target = line.slice(6)
    if (line.startsWith('| ')) catalog.write(target, line.slice(2))
    if (line.startsWith('> ')) replayed.push(withoutEnvelope(await ask(catalog, line.slice(2), { database })))
  }
  return replayed
}

function withoutEnvelope(answer: string): string {
  return answer.replace(/^{"results":\[{"statement_id":0,?(.*)\]}\n$/s, '{$1')
}

describe.each([false, true])('SELECT answers as influxd does, aggregates pushed to storage: %s', (isPushed) => {
  test.each(readdirSync(FOLDER).filter((one) => one.endsWith('.txt')))('%s', async (name) => {
    const lines = readFileSync(`${FOLDER}/${name}`, 'utf8').split('\n')
    expect(await replay(lines, isPushed)).toEqual(lines)
  })
})
