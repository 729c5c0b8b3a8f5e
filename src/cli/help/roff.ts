/**
 * The few forms of roff that a manual page needs, in the man macros that man-db, groff and mandoc all read. Plain text in,
 * lines of a page out; nothing of the text is ever read as a request, and hyphens and quotes stay what they are, so that
 * an example can be copied from the page.
 */

const SPECIAL: ReadonlyMap<string, string> = new Map([
  ['\\', '\\e'],
  ['-', '\\-'],
  ["'", '\\(aq'],
  ['`', '\\(ga'],
  ['^', '\\(ha'],
  ['~', '\\(ti'],
  ['"', '\\(dq'],
])

/** One line of text. A page is ASCII: other characters go by their number. */
export function escapeRoff(text: string): string {
  const escaped = text.replace(/[\\\-'`^~"]|[^\x20-\x7e]/gu, (character) => SPECIAL.get(character) ?? nameOf(character))
  return /^[.\s]/.test(escaped) ? `\\&${escaped}` : escaped
}

function nameOf(character: string): string {
  const code = character.codePointAt(0)!
  return code < 0x20 ? ' ' : `\\[u${code.toString(16).toUpperCase().padStart(4, '0')}]`
}

/** What stands between backticks is bold. */
export function styleRoff(text: string): string {
  const parts = text.split(/`([^`\n]+)`/)
  return parts.map((part, i) => (i % 2 === 1 ? bold(part) : i === 0 ? escapeRoff(part) : escapeInner(part))).join('')
}

export function bold(text: string): string {
  return `\\fB${escapeInner(text)}\\fR`
}

export function italic(text: string): string {
  return `\\fI${escapeInner(text)}\\fR`
}

/** Behind something else a dot or a space begins no request. */
function escapeInner(text: string): string {
  return escapeRoff(text).replace(/^\\&/, '')
}

export function section(name: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`.SH ${escapeRoff(name)}`, ...lines]
}

export function subsection(name: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`.SS ${escapeRoff(name)}`, ...lines]
}

/** A term, already styled, and what it means. */
export function tagged(term: string, meaning: string): string[] {
  return ['.TP', term, meaning]
}

/** Lines as they are, set in. */
export function verbatim(lines: readonly string[]): string[] {
  return ['.RS 4', '.nf', ...lines.map((line) => escapeRoff(line)), '.fi', '.RE']
}

/** Paragraphs between empty lines; lines that are set in by two spaces stay lines. */
export function paragraphs(text: string): string[] {
  return text.split(/\n{2,}/).flatMap((paragraph) => ['.PP', ...linesOf(paragraph)])
}

function linesOf(paragraph: string): string[] {
  const lines: string[] = []
  let listed: string[] = []
  const endList = () => {
    if (listed.length > 0) lines.push(...verbatim(listed))
    listed = []
  }
  for (const line of paragraph.split('\n')) {
    if (/^ {2}/.test(line)) listed.push(line.slice(2))
    else {
      endList()
      lines.push(styleRoff(line))
    }
  }
  endList()
  return lines
}
