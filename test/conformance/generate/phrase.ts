/**
 * A generated statement as a tree of texts that knows how to become smaller: a list may lose items, and a group may be
 * replaced by one of its parts that can stand alone (`(a + b)` by `a`). The generator only builds phrases, the shrinker
 * only makes them smaller; neither knows the other's rules.
 */

export type Phrase = string | Group | List

export interface Group {
  readonly kind: 'group'
  readonly parts: readonly Phrase[]
  /** Positions of parts that mean something without the others. */
  readonly alone: readonly number[]
  /** Other texts that may stand in its place. */
  readonly instead: readonly Phrase[]
}

/** Prints as nothing when it has no items. */
export interface List {
  readonly kind: 'list'
  readonly open: string
  readonly items: readonly Phrase[]
  readonly separator: string
  readonly close: string
  /** Items that must remain. */
  readonly least: number
}

export function group(parts: readonly Phrase[], alone: readonly number[] = [], instead: readonly Phrase[] = []): Group {
  return { kind: 'group', parts, alone, instead }
}

/** `word item, item`: gone when its last item goes. */
export function clause(open: string, items: readonly Phrase[], separator = ', ', least = 0): List {
  return { kind: 'list', open, items, separator, close: '', least }
}

export function inBrackets(open: string, items: readonly Phrase[], least = 1): List {
  return { kind: 'list', open, items, separator: ', ', close: ')', least }
}

export function optional(phrase: Phrase | null): List {
  return clause('', phrase === null ? [] : [phrase])
}

export function printPhrase(phrase: Phrase): string {
  if (typeof phrase === 'string') return phrase
  if (phrase.kind === 'group') return phrase.parts.map(printPhrase).join('')
  if (phrase.items.length === 0) return ''
  return phrase.open + phrase.items.map(printPhrase).join(phrase.separator) + phrase.close
}

/** Every phrase that is one step smaller, the boldest steps first. */
export function* simplerPhrases(phrase: Phrase): Generator<Phrase> {
  if (typeof phrase === 'string') return
  if (phrase.kind === 'group') {
    yield* phrase.instead
    for (const at of phrase.alone) yield phrase.parts[at]
    for (let at = 0; at < phrase.parts.length; at++) {
      for (const part of simplerPhrases(phrase.parts[at])) yield { ...phrase, parts: phrase.parts.with(at, part) }
    }
    return
  }
  const { items, least } = phrase
  if (least === 0 && items.length > 1) yield { ...phrase, items: [] }
  for (let at = items.length - 1; at >= 0 && items.length > least; at--) {
    yield { ...phrase, items: items.toSpliced(at, 1) }
  }
  for (let at = 0; at < items.length; at++) {
    for (const item of simplerPhrases(items[at])) yield { ...phrase, items: items.with(at, item) }
  }
}
