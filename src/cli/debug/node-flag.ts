/** `--node ID`: one node of a cluster. A single node is number 0 and knows no other. */

import { Flags } from '@oclif/core'
import { OperationError } from '../operation-error.js'

export const nodeFlag = {
  node: Flags.integer({ min: 0, helpValue: 'ID', summary: 'Only this node.' }),
}

export function requireNode({ node = 0 }: { readonly node?: number }): void {
  if (node === 0) return
  throw new OperationError(`there is no node ${node}: this is a single node, number 0`, {
    exit: 'missing',
    hint: 'hyperbyte debug topology lists the nodes',
  })
}
