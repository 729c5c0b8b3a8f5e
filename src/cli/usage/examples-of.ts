/** The examples of a command as lines that can be copied, and the one nearest to what somebody typed. Pure. */

export type Example = string | { readonly command: string }

interface ExampleNames {
  readonly bin: string
  /** `backup:list` */
  readonly id: string
}

/** One line each; what explains a line is left out. */
export function examplesOf(examples: readonly Example[], { bin, id }: ExampleNames): string[] {
  const texts = examples.map((example) => (typeof example === 'string' ? example : example.command))
  return texts
    .map((text) => text.replaceAll('<%= config.bin %>', bin).replaceAll('<%= command.id %>', id.replaceAll(':', ' ')))
    .flatMap((text) => text.split('\n').findLast((line) => line.includes(`${bin} `)) ?? [])
    .map((line) => line.trim().replace(/^\$ /, ''))
}

/** The one that has most of the words typed, flags counting more; of equals the first. null: there are none. */
export function nearestExample(typed: readonly string[], examples: readonly string[]): string | null {
  const words = new Set(typed.map((word) => word.split('=', 1)[0]))
  let best: string | null = null
  let bestScore = -1
  for (const example of examples) {
    const shared = new Set(example.split(/[\s=]+/).filter((word) => words.has(word)))
    const score = [...shared].reduce((sum, word) => sum + (word.startsWith('-') ? 2 : 1), 0)
    if (score > bestScore) [best, bestScore] = [example, score]
  }
  return best
}
