/** JSON as Go writes it: `<`, `>` and `&` escaped, long integers with all their digits. */

import type { ExactJson } from '../../client/parse-exact-json.js'

/** What documents of answers are made of; absent keys are left out. */
type Printable = ExactJson | undefined | readonly Printable[] | { readonly [key: string]: Printable }

/** `indent` '' prints one line. */
export function printGoJson(value: unknown, indent: string): string {
  return print(value as Printable, indent, '')
}

function print(value: Printable, indent: string, margin: string): string {
  if (typeof value === 'bigint') return String(value)
  if (Object.is(value, -0)) return '-0'
  if (typeof value === 'string') return printString(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null)
  const inner = margin + indent
  const isList = Array.isArray(value)
  const items = isList
    ? (value as readonly Printable[]).map((item) => print(item, indent, inner))
    : Object.entries(value)
        .filter(([, item]) => item !== undefined)
        .map(([key, item]) => `${printString(key)}:${indent === '' ? '' : ' '}${print(item, indent, inner)}`)
  const [open, close] = isList ? '[]' : '{}'
  if (items.length === 0) return open + close
  if (indent === '') return open + items.join(',') + close
  return `${open}\n${inner}${items.join(`,\n${inner}`)}\n${margin}${close}`
}

function printString(text: string): string {
  return JSON.stringify(text).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
