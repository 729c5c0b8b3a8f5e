/** Ink draws exactly the lines of the frame. */

import { render } from 'ink-testing-library'
import { describe, expect, it } from 'vitest'
import { Screen } from '../../../src/tui/app/screen.js'
import { chooseTheme } from '../../../src/tui/app/theme.js'
import { VIEW_IDS } from '../../../src/tui/model/view-id.js'
import { CONDITIONS, frameText } from '../open-top.js'

describe('the screen', () => {
  it.each(VIEW_IDS)('of %s is the frame, line by line', (view) => {
    for (const open of Object.values(CONDITIONS)) {
      // The library's terminal has 100 columns.
      const state = open({ columns: 100, rows: 30, view })
      const { lastFrame, unmount } = render(
        <Screen store={{ state, subscribe: () => () => {} }} theme={chooseTheme('mono', 0)} />,
      )
      const drawn = (lastFrame() ?? '').replace(/\x1b\[[\d;]*m/g, '')
      unmount()
      expect(trimmed(drawn)).toBe(trimmed(frameText(state)))
    }
  })
})

function trimmed(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trimEnd()
}
