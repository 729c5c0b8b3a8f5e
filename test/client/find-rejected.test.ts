import { expect, test } from 'vitest'
import { ClientError } from '../../src/client/client-error.js'
import { findRejected, type RejectedLine } from '../../src/client/find-rejected.js'

/** A server that cannot parse `bad…`, and quotes so many of such lines at the most. */
function serverThatQuotes(countMax: number) {
  const stored = new Set<string>()
  const refusalOf = (lines: readonly string[]): string | null => {
    const bad = lines.filter((line) => line.startsWith('bad'))
    for (const line of lines) if (!line.startsWith('bad')) stored.add(line)
    if (bad.length === 0) return null
    const quoted = bad.slice(0, countMax).map((line) => `unable to parse '${line}': missing fields`)
    const more = bad.length - quoted.length
    const text = more === 0 ? quoted : [...quoted, `${more} more lines could not be parsed`]
    return bad.length === lines.length ? text.join('\n') : `partial write: ${text.join('\n')} dropped=0`
  }
  const send = async (lines: readonly string[]): Promise<void> => {
    const refusal = refusalOf(lines)
    if (refusal !== null) throw new ClientError('partial', refusal, { status: 400 })
  }
  return { stored, refusalOf, send }
}

async function find(lines: readonly string[], quotedCountMax: number) {
  const { stored, refusalOf, send } = serverThatQuotes(quotedCountMax)
  const rejected: RejectedLine[] = []
  await findRejected(lines, refusalOf(lines) ?? '', { send, onRejected: (one) => rejected.push(one) })
  return { rejected: rejected.map(({ line }) => line).sort(), stored: [...stored].sort() }
}

const LINES = ['bad1', 'good1', 'bad2', 'bad3', 'good2', 'bad4']

test('lines that the server quotes are the rejected ones', async () => {
  expect((await find(LINES, 10)).rejected).toEqual(['bad1', 'bad2', 'bad3', 'bad4'])
})

test.each([1, 2, 3])(
  'where the server quotes only %i of them, the others are found as well, each once',
  async (count) => {
    const { rejected, stored } = await find(LINES, count)
    expect(rejected).toEqual(['bad1', 'bad2', 'bad3', 'bad4'])
    expect(stored).toEqual(['good1', 'good2'])
  },
)

test('of a line that the server quotes in part, the whole is told', async () => {
  const line = `bad${'x'.repeat(100)}`
  const rejected: RejectedLine[] = []
  const refusal = `unable to parse '${line.slice(0, 50)}…': missing fields`
  const send = async (lines: readonly string[]): Promise<void> => {
    if (lines.includes(line)) throw new ClientError('partial', refusal, { status: 400 })
  }
  await findRejected(['good', line], refusal, { send, onRejected: (one) => rejected.push(one) })
  expect(rejected).toEqual([{ line, reason: refusal }])
})
