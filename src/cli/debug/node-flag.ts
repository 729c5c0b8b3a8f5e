/** `--node ID`: one node of a cluster. A single node is number 0 and knows no other. */

import { Flags } from '@oclif/core'
import { OperationError } from '../operation-error.js'

export const nodeFlag = {
  node: Flags.integer({ min: 0, helpValue: 'ID', summary: 'Only this node.' }),
}

/** Of commands that compare the nodes of a cluster. */
export const COMPARISON_EXITS = `EXIT CODES
  0 all is well   4 server unreachable   5 not an admin   6 no such node   8 a node is behind
  9 a server holds the data directory`

export function requireNode({ node = 0 }: { readonly node?: number }): void {
  if (node === 0) return
  throw new OperationError(`there is no node ${node}: this is a single node, number 0`, {
    exit: 'missing',
    hint: 'hyperbyte debug topology lists the nodes',
  })
}
