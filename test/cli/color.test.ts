import { expect, test } from 'vitest'
import { isColorWanted } from '../../src/cli/color.js'

test.each([
  ['a terminal is coloured', true, {}, true],
  ['a pipe is not', false, {}, false],
  ['NO_COLOR turns it off on a terminal', true, { NO_COLOR: '1' }, false],
  ['an empty NO_COLOR says nothing', true, { NO_COLOR: '' }, true],
  ['NO_COLOR wins over FORCE_COLOR', true, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
  ['FORCE_COLOR turns it on in a pipe', false, { FORCE_COLOR: '1' }, true],
  ['FORCE_COLOR=0 turns it off', true, { FORCE_COLOR: '0' }, false],
  ['a terminal that can do nothing gets nothing', true, { TERM: 'dumb' }, false],
])('%s', (_, isTerminal, environment, expected) => {
  expect(isColorWanted({ isTerminal, environment })).toBe(expected)
})
