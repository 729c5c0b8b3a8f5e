/** A tree as lines of text with branches drawn in front, the last child of each node with a corner. */

export interface TreeNode {
  readonly text: string
  readonly children: readonly TreeNode[]
}

export function printTree(node: TreeNode): string[] {
  const last = node.children.length - 1
  return [
    node.text,
    ...node.children.flatMap((child, i) => {
      const [head, ...rest] = printTree(child)
      return [`${i === last ? '└── ' : '├── '}${head}`, ...rest.map((line) => `${i === last ? '    ' : '│   '}${line}`)]
    }),
  ]
}
