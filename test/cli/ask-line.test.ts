import { createInterface } from 'node:readline/promises'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { askLine } from '../../src/cli/ask-line.js'

async function ask(typed: string): Promise<string> {
  const input = new PassThrough()
  const terminal = createInterface({ input, output: new PassThrough(), terminal: true })
  const answer = askLine(terminal, 'really? ')
  input.write(typed)
  try {
    return await answer
  } finally {
    terminal.close()
  }
}

test('what is typed before Enter is the answer', async () => {
  expect(await ask('yes\r')).toBe('yes')
})

test('Ctrl-D and Ctrl-C are no answer, and no silence either', async () => {
  await expect(ask('\u0004')).rejects.toThrow('there was no answer')
  await expect(ask('\u0003')).rejects.toThrow('stopped by Ctrl-C')
})
