import { afterEach, expect, test, vi } from 'vitest'
import { Talk } from '../../../src/cli/talk/talk.js'

const { isTTY } = process.stderr

afterEach(() => {
  process.stderr.isTTY = isTTY
  vi.restoreAllMocks()
})

function written(isTerminal: boolean): string {
  const pieces: string[] = []
  process.stderr.isTTY = isTerminal
  vi.spyOn(process.stderr, 'write').mockImplementation((piece) => pieces.push(String(piece)) > 0)
  const talk = new Talk()
  talk.note('note \u001b[2J')
  talk.trouble("refused: unable to parse 'm\u001b]0;x\u0007'")
  talk.failure('failed: "\u009b2J"\n  hint: none', {})
  return pieces.join('')
}

test('what a message quotes does not steer the terminal', () => {
  expect(written(true)).toBe(
    'note \ufffd[2J\n' + "refused: unable to parse 'm\ufffd]0;x\ufffd'\n" + 'failed: "\ufffd2J"\n  hint: none\n',
  )
})

test('a file gets every character', () => {
  expect(written(false)).toContain('note \u001b[2J\n')
})
