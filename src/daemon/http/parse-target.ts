/**
 * Request target and form text to parameters, as Go's net/url reads them: the first value of a name wins, `+` is a
 * space, a pair with a broken escape or a semicolon is dropped. Made for the two or three short parameters that writes
 * carry; there is nothing to gain from URLSearchParams, and its answers differ.
 */

export type Params = ReadonlyMap<string, string>

export interface Target {
  readonly path: string
  readonly params: Params
}

const NO_PARAMS: Params = new Map()

/** A dozen names mean something; a form of the largest size could hold millions. */
const PARAM_COUNT_MAX = 1000

export function parseTarget(url: string): Target {
  const question = url.indexOf('?')
  if (question === -1) return { path: url, params: NO_PARAMS }
  return { path: url.slice(0, question), params: parseForm(url.slice(question + 1)) }
}

/** The first thousand names of it. */
export function parseForm(text: string): Params {
  const params = new Map<string, string>()
  for (let start = 0; start < text.length && params.size < PARAM_COUNT_MAX; ) {
    let end = text.indexOf('&', start)
    if (end === -1) end = text.length
    addPair(params, text.slice(start, end))
    start = end + 1
  }
  return params
}

function addPair(params: Map<string, string>, pair: string): void {
  if (pair === '' || pair.includes(';')) return
  const equals = pair.indexOf('=')
  const name = unescapeText(equals === -1 ? pair : pair.slice(0, equals))
  const value = equals === -1 ? '' : unescapeText(pair.slice(equals + 1))
  if (name !== null && value !== null && !params.has(name)) params.set(name, value)
}

/** null for an escape that is not two hexadecimal digits. */
function unescapeText(text: string): string | null {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text
  if (!spaced.includes('%')) return spaced
  try {
    return decodeURIComponent(spaced)
  } catch {
    // Escapes that are no UTF-8, or broken ones.
    return unescapeBytes(spaced)
  }
}

function unescapeBytes(text: string): string | null {
  const bytes = Buffer.from(text, 'utf8')
  let length = 0
  for (let i = 0; i < bytes.length; i++) {
    let byte = bytes[i]
    if (byte === 0x25) {
      const digits = bytes.toString('latin1', i + 1, i + 3)
      if (!/^[0-9a-fA-F]{2}$/.test(digits)) return null
      byte = Number.parseInt(digits, 16)
      i += 2
    }
    bytes[length++] = byte
  }
  return bytes.toString('utf8', 0, length)
}
