/** Bytes of a terminal → keys. A chunk may hold several, and a pasted text is as many as it has characters. */

export interface Key {
  /** A character, or `up down left right pageup pagedown home end enter escape tab backtab backspace delete ctrl-c …`. */
  readonly name: string
  /** Of the cell that was clicked, from 1; 0 for keys. */
  readonly column: number
  readonly row: number
}

const SEQUENCES: Readonly<Record<string, string>> = {
  '[A': 'up',
  '[B': 'down',
  '[C': 'right',
  '[D': 'left',
  OA: 'up',
  OB: 'down',
  OC: 'right',
  OD: 'left',
  '[H': 'home',
  '[F': 'end',
  OH: 'home',
  OF: 'end',
  '[1~': 'home',
  '[4~': 'end',
  '[5~': 'pageup',
  '[6~': 'pagedown',
  '[3~': 'delete',
  '[Z': 'backtab',
}

const CONTROLS: Readonly<Record<string, string>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  '\x7f': 'backspace',
  '\b': 'backspace',
  '\x03': 'ctrl-c',
  '\x15': 'ctrl-u',
  '\x1a': 'ctrl-z',
  '\x0c': 'ctrl-l',
}

/** A click or wheel report, another control sequence, a lone escape, or one character. */
const TOKEN = /\x1b\[<(\d+);(\d+);(\d+)([Mm])|\x1b(\[[0-9;]*[A-Za-z~]|O[A-Z])|\x1b|[\s\S]/gu

export function parseKeys(chunk: string): Key[] {
  const keys: Key[] = []
  for (const [token, button, column, row, ending, sequence] of chunk.matchAll(TOKEN)) {
    if (button !== undefined) {
      const name = MOUSE_NAMES[Number(button)]
      if (name !== undefined && ending === 'M') keys.push({ name, column: Number(column), row: Number(row) })
      continue
    }
    const name = sequence !== undefined ? SEQUENCES[sequence] : nameOf(token)
    if (name !== undefined) keys.push(keyOf(name))
  }
  return keys
}

const MOUSE_NAMES: Readonly<Record<number, string>> = { 0: 'click', 64: 'wheel-up', 65: 'wheel-down' }

export function keyOf(name: string): Key {
  return { name, column: 0, row: 0 }
}

function nameOf(token: string): string | undefined {
  if (token === '\x1b') return 'escape'
  return CONTROLS[token] ?? (token >= ' ' ? token : undefined)
}
