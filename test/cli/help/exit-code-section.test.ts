import { expect, test } from 'vitest'
import { splitDescription } from '../../../src/cli/help/exit-code-section.js'

test('codes are told apart by spaces and lines, and a line without one goes on with the last', () => {
  const description = `Copies things.

More about it.

EXIT CODES
  0 done   2 wrong flag   9 the state is
  in use   11 disk full
  130 stopped`
  expect(splitDescription(description)).toEqual({
    about: 'Copies things.\n\nMore about it.',
    exits: [
      { code: '0', meaning: 'done' },
      { code: '2', meaning: 'wrong flag' },
      { code: '9', meaning: 'the state is in use' },
      { code: '11', meaning: 'disk full' },
      { code: '130', meaning: 'stopped' },
    ],
  })
})

test('a description may have nothing but codes, or none', () => {
  expect(splitDescription('EXIT CODES\n  0 always')).toEqual({ about: '', exits: [{ code: '0', meaning: 'always' }] })
  expect(splitDescription('About.')).toEqual({ about: 'About.', exits: [] })
})
