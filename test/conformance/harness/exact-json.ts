/**
 * JSON as a tree that loses nothing: numbers keep their text (64-bit integers stay exact), objects keep the order of
 * their keys. For comparing answers; `JSON.parse` would round and reorder.
 */

export type ExactJson =
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'scalar'; readonly text: string }
  | { readonly kind: 'array'; readonly items: readonly ExactJson[] }
  | { readonly kind: 'object'; readonly entries: readonly (readonly [key: string, value: ExactJson])[] }

const TOKEN = /\s*("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[[\]{},:])/y

/** Null when the text is not one JSON document. */
export function parseExactJson(text: string): ExactJson | null {
  const tokens = tokenize(text)
  if (tokens === null) return null
  let at = 0
  const value = (): ExactJson => {
    const token = tokens[at++]
    if (token === '[') return { kind: 'array', items: list(']', value) }
    if (token === '{') return { kind: 'object', entries: list('}', entry) }
    if (token === undefined || '],}:'.includes(token)) throw new SyntaxError('a value is missing')
    return /^[-\d]/.test(token) ? { kind: 'number', text: token } : { kind: 'scalar', text: token }
  }
  const entry = (): readonly [string, ExactJson] => {
    const key = tokens[at++]
    if (tokens[at++] !== ':') throw new SyntaxError('a colon is missing')
    return [key, value()]
  }
  const list = <T>(end: string, read: () => T): T[] => {
    const items: T[] = []
    if (tokens[at] === end) at++
    else
      do items.push(read())
      while (tokens[at++] === ',')
    if (tokens[at - 1] !== end) throw new SyntaxError(`${end} is missing`)
    return items
  }
  try {
    const tree = value()
    return at === tokens.length ? tree : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

function tokenize(text: string): string[] | null {
  const tokens: string[] = []
  const body = text.trimEnd()
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < body.length) {
    const match = TOKEN.exec(body)
    if (match === null) return null
    tokens.push(match[1])
  }
  return tokens
}

export function printExactJson(tree: ExactJson): string {
  if (tree.kind === 'array') return `[${tree.items.map(printExactJson).join(',')}]`
  if (tree.kind === 'object')
    return `{${tree.entries.map(([key, value]) => `${key}:${printExactJson(value)}`).join(',')}}`
  return tree.text
}

/** The value under an object's key, or null. */
export function member(tree: ExactJson, key: string): ExactJson | null {
  if (tree.kind !== 'object') return null
  return tree.entries.find(([name]) => name === JSON.stringify(key))?.[1] ?? null
}
