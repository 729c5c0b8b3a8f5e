/** Ink, drawing on a stream of ours: see `frame-writer.ts`. Loaded when the first frame is out. */

import { render } from 'ink'
import type { FrameWriter } from './frame-writer.js'
import { Screen, type StateStore } from './screen.js'
import type { Theme } from './theme.js'

/** Returns what takes it away again. */
export function mountScreen(store: StateStore, theme: Theme, writer: FrameWriter): () => void {
  const instance = render(<Screen store={store} theme={theme} />, {
    // It has what Ink asks of a stream.
    stdout: writer as unknown as NodeJS.WriteStream,
    // Whole frames, one for each change.
    debug: true,
    exitOnCtrlC: false,
    patchConsole: false,
  })
  return () => instance.unmount()
}
