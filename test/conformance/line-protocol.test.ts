import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Precision } from '../../src/engine/domain/precision.js'
import { parseLineProtocol } from '../../src/engine/line-protocol/line-protocol-parser.js'
import { MemorySeriesTable } from '../../src/engine/metadata/memory-series-table.js'
import { parseCases, type Step } from './harness/parse-cases.js'
import { parseRecording } from './harness/recording.js'

/** Lines with one of these depend on the clock. */
const PLACEHOLDER = '{now'
const FOLDER = 'test/conformance'
const ABOUT_LINES = /^(partial write: )?(unable to parse '.*?)( dropped=0)?$/s

function parseErrors({ request }: Step): string {
  const precision = (new URLSearchParams(request.target.split('?')[1]).get('precision') || 'n') as Precision
  const options = { table: new MemorySeriesTable(), precision, nowNs: 0n }
  return parseLineProtocol(request.body ?? Buffer.from(''), options).errors.join('\n')
}

test('bad lines are refused in the words of influxd', () => {
  const { cases } = parseCases(readFileSync(`${FOLDER}/cases/write.txt`, 'utf8'))
  const recording = parseRecording(readFileSync(`${FOLDER}/recorded/write.txt`, 'utf8'))
  const differences = cases
    .flatMap((each) => each.steps)
    .filter(({ request, marks }) => request.target.startsWith('/write') && marks.length === 0)
    .filter(({ key, request }) => !key.includes(PLACEHOLDER) && request.headers['Content-Encoding'] === undefined)
    .flatMap((step) => {
      const answer = recording.get(step.key)!
      const told = answer.status === 204 ? '' : ABOUT_LINES.exec(JSON.parse(answer.body).error)?.[2]
      // Something else was wrong, which the parser cannot know.
      if (told === undefined) return []
      const actual = parseErrors(step)
      return told === actual ? [] : `${step.key}\n  influxd: ${told}\n  ours:    ${actual}`
    })
  expect(differences.join('\n')).toBe('')
})
