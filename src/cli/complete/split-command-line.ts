/** A command line as far as it is typed → its words, quotes resolved. The last one is the word at the cursor; it may be ''. */
export function splitCommandLine(line: string): string[] {
  const words: string[] = []
  let word = ''
  let quote = ''
  for (let i = 0; i < line.length; i++) {
    const character = line[i]
    if (quote !== '') {
      if (character === quote) quote = ''
      else if (character === '\\' && quote === '"') word += line[++i] ?? ''
      else word += character
    } else if (character === '"' || character === "'") quote = character
    else if (character === '\\') word += line[++i] ?? ''
    else if (/\s/.test(character)) {
      if (word !== '') words.push(word)
      word = ''
    } else word += character
  }
  return [...words, word]
}
