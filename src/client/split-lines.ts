/**
 * Line protocol in pieces → whole lines. A newline inside a quoted field value belongs to the value; quotes count only
 * in the fields, after an `=`, which is where InfluxDB looks for them. Comments and empty lines are left out.
 */

export class LineSplitter {
  #pending = ''

  /** The lines that are complete now. */
  push(piece: string): string[] {
    const text = this.#pending + piece
    const lines: string[] = []
    let start = 0
    for (;;) {
      const end = findLineEnd(text, start)
      if (end === -1) break
      addLine(lines, text.slice(start, end))
      start = end + 1
    }
    this.#pending = text.slice(start)
    return lines
  }

  /** What is left when the input has ended. */
  finish(): string[] {
    const lines: string[] = []
    addLine(lines, this.#pending)
    this.#pending = ''
    return lines
  }
}

function addLine(lines: string[], raw: string): void {
  const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw
  if (line.trim() !== '' && !line.trimStart().startsWith('#')) lines.push(line)
}

const BACKSLASH = 92
const SPACE = 32
const QUOTE = 34
const EQUALS = 61
const COMMA = 44
const NEWLINE = 10
const HASH = 35

/** Index of the newline that ends the line at `start`, or -1 when it has not come yet. */
function findLineEnd(text: string, start: number): number {
  while (text.charCodeAt(start) === SPACE) start++
  if (text.charCodeAt(start) === HASH) return text.indexOf('\n', start)
  let isInFields = false
  let isQuoted = false
  let equalsCount = 0
  let commaCount = 0
  for (let i = start; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === BACKSLASH) i++
    else if (code === QUOTE && isInFields && equalsCount > commaCount) isQuoted = !isQuoted
    else if (isQuoted) continue
    else if (code === NEWLINE) return i
    else if (code === SPACE) isInFields = true
    else if (isInFields && code === EQUALS) equalsCount++
    else if (isInFields && code === COMMA) commaCount++
  }
  return -1
}
