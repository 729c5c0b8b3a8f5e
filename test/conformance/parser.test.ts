import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseQuery } from '../../src/engine/influxql/parse-query.js'
import { parseCases, type Step } from './harness/parse-cases.js'
import { parseRecording } from './harness/recording.js'

const FOLDER = 'test/conformance'

/** Statements without parameters of the request: what the parser says depends on the text alone. */
function statements(theme: string): { step: Step; recorded: string | null }[] {
  const { cases } = parseCases(readFileSync(`${FOLDER}/cases/${theme}.txt`, 'utf8'))
  const recording = parseRecording(readFileSync(`${FOLDER}/recorded/${theme}.txt`, 'utf8'))
  return cases
    .flatMap((each) => each.steps)
    .filter(({ request }) => request.statement !== null && request.statement !== '')
    .filter(({ request }) => !request.target.includes('params=') && !request.statement!.includes('{now'))
    .map((step) => {
      const answer = recording.get(step.key)!
      return { step, recorded: answer.status === 400 ? answer.headers['x-influxdb-error'] : null }
    })
}

function parseErrorOf(text: string): string | null {
  try {
    parseQuery(text, null)
    return null
  } catch (error) {
    return `error parsing query: ${(error as Error).message}`
  }
}

describe('the parser accepts and refuses what influxd does, in its words', () => {
  for (const file of readdirSync(`${FOLDER}/cases`)) {
    const theme = file.replace('.txt', '')
    test(theme, () => {
      const differences = statements(theme)
        .map(({ step, recorded }) => ({ step, recorded, actual: parseErrorOf(step.request.statement!) }))
        .filter(({ recorded, actual }) => recorded !== actual)
        .map(({ step, recorded, actual }) => `${step.key}\n  influxd: ${recorded}\n  ours:    ${actual}`)
      expect(differences.join('\n')).toBe('')
    })
  }
})
