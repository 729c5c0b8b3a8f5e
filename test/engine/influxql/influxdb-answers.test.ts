import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Statement } from '../../../src/engine/influxql/ast.js'
import { checkSelect } from '../../../src/engine/influxql/check-select.js'
import { parseQuery } from '../../../src/engine/influxql/parse-query.js'
import { printStatement } from '../../../src/engine/influxql/print-statement.js'

interface Case {
  readonly statement: string
  /** `= canonical text`, `~` (accepted) or `! error`, as recorded. */
  readonly answer: string
}

function casesOf(file: string): Case[] {
  const lines = readFileSync(`test/golden/influxql/${file}`, 'utf8').split('\n')
  return lines.flatMap((line, i) => {
    if (!line.startsWith('> ')) return []
    const text = line.slice(2)
    return [{ statement: text.startsWith('"') ? JSON.parse(text) : text, answer: lines[i + 1] }]
  })
}

function messageOf(run: () => void): string {
  try {
    run()
    return '~'
  } catch (error) {
    return `! ${(error as Error).message.replaceAll('\n', '\\n')}`
  }
}

function differences(cases: readonly Case[], answerTo: (recorded: Case) => string): string {
  return cases
    .map((recorded) => ({ ...recorded, ours: answerTo(recorded) }))
    .filter(({ answer, ours }) => answer !== ours)
    .map(({ statement, answer, ours }) => `${JSON.stringify(statement)}\n  influxd: ${answer}\n  ours:    ${ours}`)
    .join('\n')
}

describe('InfluxQL as a real influxd answers', () => {
  it('reads and prints every statement, or refuses it, in its words', () => {
    const cases = casesOf('statements.txt')
    expect(cases.length).toBeGreaterThan(500)
    const answerTo = ({ statement, answer }: Case): string => {
      let statements: readonly Statement[] = []
      const outcome = messageOf(() => {
        statements = parseQuery(statement, null)
      })
      if (outcome !== '~' || answer === '~') return outcome
      return `= ${printStatement(statements[0]).replaceAll('\n', '\\n')}`
    }
    expect(differences(cases, answerTo)).toBe('')
  })

  it('refuses every SELECT that makes no sense, in its words', () => {
    const cases = casesOf('selects.txt')
    expect(cases.length).toBeGreaterThan(400)
    const answerTo = ({ statement }: Case): string =>
      messageOf(() => {
        for (const parsed of parseQuery(statement, null)) if (parsed.kind === 'select') checkSelect(parsed)
      })
    expect(differences(cases, answerTo)).toBe('')
  })
})
