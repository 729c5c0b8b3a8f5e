/** Enough of a shell for the examples of our help: quotes, and pipes and redirections as words of their own. */
export function splitShellWords(line: string): string[] {
  const words: string[] = []
  for (const [, pieces, operator] of line.matchAll(/((?:[^\s"'|<>;&\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+)|([|<>;&]+)/g)) {
    words.push(
      operator ??
        pieces.replace(/'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/g, (_, raw, quoted, escaped) => {
          if (raw !== undefined) return raw
          return escaped ?? quoted.replace(/\\(["\\$`])/g, '$1')
        }),
    )
  }
  return words
}

/** The arguments of `hyperbyte` in a line that may pipe into it and out of it. */
export function argumentsOf(line: string): string[] {
  const words = splitShellWords(line)
  const rest = words.slice(words.indexOf('hyperbyte') + 1)
  const end = rest.findIndex((word) => /^[|<>;&]+$/.test(word))
  return end === -1 ? rest : rest.slice(0, end)
}
