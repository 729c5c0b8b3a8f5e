import { expect, test } from 'vitest'
import { EventLoopTurns } from '../../../src/engine/domain/event-loop-turns.js'

test('turns come one in a round of the loop, in the order of asking', async () => {
  const turns = new EventLoopTurns()
  let round = 0
  let isDone = false
  const count = (): void => {
    round++
    if (!isDone) setImmediate(count)
  }
  setImmediate(count)
  const taken: [name: string, round: number][] = []
  const work = async (name: string): Promise<void> => {
    for (let piece = 0; piece < 3; piece++) {
      await turns.next()
      taken.push([name, round])
    }
  }
  await Promise.all([work('a'), work('b')])
  isDone = true
  expect(taken.map(([name]) => name)).toEqual(['a', 'b', 'a', 'b', 'a', 'b'])
  expect(new Set(taken.map(([, inRound]) => inRound)).size).toBe(6)
})
