/** The known name nearest to a mistyped one, for "did you mean", or null when none is near. */
export function suggestName(typed: string, known: readonly string[]): string | null {
  const beginning = known.find((name) => name.startsWith(typed))
  if (beginning !== undefined) return beginning
  // A third of the letters may be wrong, three at most: `http.bind-adress` is a typing error, `foo` is not one of `http`.
  let bestDistance = Math.min(3, Math.ceil(typed.length / 3)) + 1
  let best: string | null = null
  for (const name of known) {
    const distance = editDistance(typed, name)
    if (distance < bestDistance) {
      bestDistance = distance
      best = name
    }
  }
  return best
}

/** Insertions, deletions, replacements and swaps of neighbours that make `b` of `a`. */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swapped = isSwap ? beforePrevious[j - 2] + 1 : replaced
      current.push(Math.min(replaced, swapped, previous[j] + 1, current[j - 1] + 1))
    }
    beforePrevious = previous
    previous = current
  }
  return previous[b.length]
}
