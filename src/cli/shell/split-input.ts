/**
 * Where a line of the shell ends. Enter runs a line, as in the `influx` shell; it goes on with the next one when
 * something is still open: quotes, a parenthesis, or a backslash at the very end.
 */

export function isComplete(text: string): boolean {
  if (/^\s*insert\b/i.test(text)) return true
  if (text.endsWith('\\')) return false
  return scan(text).isClosed
}

/** Lines typed one after the other as one; a backslash at the end of a line was only there to say that it goes on. */
export function joinLines(lines: readonly string[]): string {
  return lines.map((line, index) => (index < lines.length - 1 ? line.replace(/\\$/, ' ') : line)).join('\n')
}

const COMMANDS =
  /^\s*(exit|quit|help|history|settings|chunked|chunk|pretty|timing|auth|connect|use|insert|precision|format|consistency|clear)\b/i

/**
 * A script: commands of the shell stand on lines of their own, statements end with `;` or where the next command
 * begins, so they may go over several lines.
 */
export function splitScript(text: string): string[] {
  const parts: string[] = []
  let open: string[] = []
  const flush = () => {
    if (open.some((line) => line.trim() !== '')) parts.push(joinLines(open))
    open = []
  }
  for (const line of text.split(/\r?\n/)) {
    const isWithin = open.length > 0 && !scan(open.join('\n')).isClosed
    if (!isWithin && COMMANDS.test(line)) {
      flush()
      parts.push(line)
      continue
    }
    open.push(line)
    const { isClosed, isEnded } = scan(open.join('\n'))
    if (isClosed && isEnded) flush()
  }
  flush()
  return parts
}

/** `isEnded`: the last thing outside of comments is a semicolon. */
function scan(text: string): { readonly isClosed: boolean; readonly isEnded: boolean } {
  let quote = ''
  let depth = 0
  let isEnded = false
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    if (quote !== '') {
      if (character === '\\') i++
      else if (character === quote) quote = ''
      continue
    }
    if (text.startsWith('--', i)) {
      const end = text.indexOf('\n', i)
      i = end === -1 ? text.length : end
      continue
    }
    if (character === '"' || character === "'") quote = character
    else if (character === '(') depth++
    else if (character === ')') depth--
    if (!/\s/.test(character)) isEnded = character === ';'
  }
  return { isClosed: quote === '' && depth <= 0, isEnded }
}
