/** What Ink draws: one text for each line of the frame. */

import { Box, Text } from 'ink'
import { memo, useSyncExternalStore } from 'react'
import { buildFrame } from '../frame/build-frame.js'
import type { TopState } from '../model/top-state.js'
import { frameHeight, paintLine, type Theme } from './theme.js'

export interface StateStore {
  readonly state: TopState
  subscribe(listener: () => void): () => void
}

export interface ScreenProps {
  readonly store: StateStore
  readonly theme: Theme
}

export function Screen({ store, theme }: ScreenProps) {
  const state = useSyncExternalStore(
    (listener) => store.subscribe(listener),
    () => store.state,
  )
  const { lines } = buildFrame(state, frameHeight(state))
  return (
    <Box flexDirection="column" width={state.columns}>
      {lines.map((line, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line of a screen is its place
        <ScreenLine key={i} text={paintLine(line, theme)} />
      ))}
    </Box>
  )
}

const ScreenLine = memo(function ScreenLine({ text }: { readonly text: string }) {
  return <Text wrap="truncate">{text === '' ? ' ' : text}</Text>
})
