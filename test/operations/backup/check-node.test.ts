import { expect, test } from 'vitest'
import { checkNode } from '../../../src/operations/backup/check-node.js'

test.each([null, 'leader', '0'])('a database of one node answers to %s', (asked) => {
  checkNode(asked, { nodeId: 0 })
})

test.each([
  ['follower', 'missing', /no follower/],
  ['3', 'missing', /no node 3/],
  ['nearest', 'usage', /is no node/],
])('and not to %s', (asked, kind, message) => {
  const failure = expect.objectContaining({ kind, message: expect.stringMatching(message) })
  expect(() => checkNode(asked, { nodeId: 0 })).toThrow(failure)
})
