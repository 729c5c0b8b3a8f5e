/**
 * Regexes from users, compiled with RE2 (linear time; JavaScript's RegExp can be made to run for ever) and kept in a
 * small cache, because dashboards send the same ones again and again. Many are plain text in disguise: `/^(a|b)$/` from
 * a dashboard variable names exact values, which an index answers without matching anything.
 */

import { RE2JS } from 're2js'
import { HyperbyteError } from './errors.js'

export interface CompiledRegex {
  /** Whether the regex matches anywhere in `text`. */
  test(text: string): boolean
  /** The only texts that match, or null when there may be others. */
  readonly exactValues: readonly string[] | null
  readonly matchesEmpty: boolean
  /** Of compiling it, in characters with their repetitions; 0 for plain texts. */
  readonly cost: number
}

// A dashboard of 50 panels with a few variables each stays far below this; one entry is some kilobytes.
const CACHE_ENTRIES_MAX = 512

/** In order of last use: a Map iterates in insertion order. */
const cache = new Map<string, CompiledRegex>()

/** Throws `invalid` in the words of Go's regexp package when RE2 does not accept `source`. */
export function compileRegex(source: string): CompiledRegex {
  const known = cache.get(source)
  if (known !== undefined) {
    cache.delete(source)
    cache.set(source, known)
    return known
  }
  const compiled = compile(source)
  cache.set(source, compiled)
  if (cache.size > CACHE_ENTRIES_MAX) cache.delete(cache.keys().next().value!)
  return compiled
}

function compile(source: string): CompiledRegex {
  const exactValues = exactValuesOf(source)
  const plain = exactValues === null ? literalTest(source) : anyOf(exactValues)
  const test = plain ?? generalTest(source)
  return { test, exactValues, matchesEmpty: test(''), cost: plain === null ? costOf(source) : 0 }
}

/** 30,000 characters take RE2 about 0.1 s to compile. Lists of plain texts, which do get long, need no RE2. */
const GENERAL_COST_MAX = 30_000

/** `x{50}` becomes fifty states; which part repeats is not looked at, so the whole counts as often. */
function costOf(source: string): number {
  let most = 1
  for (const [, least, greatest] of source.matchAll(/\{(\d{1,9})(?:,(\d{0,9}))?\}/g)) {
    most = Math.max(most, Number(least), Number(greatest ?? 0))
  }
  return source.length * most
}

function generalTest(source: string): (text: string) => boolean {
  if (source.length > GENERAL_COST_MAX) {
    throw new HyperbyteError('invalid', `error parsing regexp: longer than ${GENERAL_COST_MAX} characters`)
  }
  if (costOf(source) > GENERAL_COST_MAX) throw new HyperbyteError('invalid', 'error parsing regexp: repeats too much')
  let regex: RE2JS
  try {
    regex = RE2JS.compile(source)
  } catch (cause) {
    throw new HyperbyteError('invalid', cause instanceof Error ? cause.message : String(cause), { cause })
  }
  return (text) => regex.test(text)
}

function anyOf(values: readonly string[]): (text: string) => boolean {
  const set = new Set(values)
  return (text) => set.has(text)
}

/** A plain string search for `/abc/` and `/^abc/`; null for anything else. */
function literalTest(source: string): ((text: string) => boolean) | null {
  const isAnchored = source.startsWith('^')
  const literal = literalOf(isAnchored ? source.slice(1) : source)
  if (literal === null) return null
  return isAnchored ? (text) => text.startsWith(literal) : (text) => text.includes(literal)
}

function exactValuesOf(source: string): string[] | null {
  if (!source.startsWith('^') || !source.endsWith('$')) return null
  const body = source.slice(1, -1)
  // A group is needed around alternatives: in `^a|b$` each anchor binds to one of them.
  const group = /^\((?:\?:)?(.*)\)$/s.exec(body)
  const alternatives = group === null ? [literalOf(body)] : group[1].split('|').map(literalOf)
  return alternatives.every((text) => text !== null) ? [...new Set(alternatives)] : null
}

/** The text that `source` stands for when it has no operator, with `\.` and the like undone; else null. */
function literalOf(source: string): string | null {
  let literal = ''
  for (let i = 0; i < source.length; i++) {
    let char = source[i]
    if (char === '\\') {
      char = source[++i] ?? ''
      // Escaped punctuation is itself; an escaped letter or digit is an operator (`\d`).
      if (!/^[!-/:-@[-`{-~]$/.test(char)) return null
    } else if ('.+*?()|[]{}^$'.includes(char)) {
      return null
    }
    literal += char
  }
  return literal
}
