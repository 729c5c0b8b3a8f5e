/**
 * The text before the cursor → what could stand there. Pure: says which names are wanted; src/cli/shell/schema-names.ts
 * asks for them and src/cli/shell/complete-line.ts puts both together.
 */

import { CONSISTENCIES, FORMATS, PRECISIONS } from './meta-command.js'

export type NameSource =
  | { readonly kind: 'databases' }
  | { readonly kind: 'retention-policies'; readonly database: string }
  | { readonly kind: 'measurements' }
  | { readonly kind: 'fields'; readonly measurement: string | null }
  | { readonly kind: 'tags'; readonly measurement: string | null }
  | { readonly kind: 'tag-values'; readonly measurement: string | null; readonly tag: string }

export interface CompletionRequest {
  /** What is typed of the word, without its quote. */
  readonly typed: string
  /** The quote that the word began with: '', " or '. */
  readonly quote: '' | '"' | "'"
  readonly sources: readonly NameSource[]
  /** Words of the language that may stand there as well. */
  readonly words: readonly string[]
}

const META_WORDS = [
  'auth',
  'chunk size',
  'chunked',
  'clear',
  'connect',
  'consistency',
  'exit',
  'format',
  'help',
  'history',
  'insert',
  'precision',
  'pretty',
  'quit',
  'settings',
  'timing',
  'use',
]

const STATEMENT_WORDS = [
  'ALTER',
  'CREATE',
  'DELETE',
  'DROP',
  'EXPLAIN',
  'GRANT',
  'KILL',
  'REVOKE',
  'SELECT',
  'SET',
  'SHOW',
]

const SHOW_WORDS = [
  'CONTINUOUS QUERIES',
  'DATABASES',
  'DIAGNOSTICS',
  'FIELD KEY CARDINALITY',
  'FIELD KEYS',
  'GRANTS FOR',
  'MEASUREMENT CARDINALITY',
  'MEASUREMENTS',
  'QUERIES',
  'RETENTION POLICIES',
  'SERIES',
  'SERIES CARDINALITY',
  'SHARD GROUPS',
  'SHARDS',
  'STATS',
  'SUBSCRIPTIONS',
  'TAG KEY CARDINALITY',
  'TAG KEYS',
  'TAG VALUES',
  'USERS',
]

const FUNCTIONS = [
  'bottom(',
  'count(',
  'cumulative_sum(',
  'derivative(',
  'difference(',
  'distinct(',
  'elapsed(',
  'first(',
  'integral(',
  'last(',
  'max(',
  'mean(',
  'median(',
  'min(',
  'mode(',
  'moving_average(',
  'non_negative_derivative(',
  'non_negative_difference(',
  'percentile(',
  'sample(',
  'spread(',
  'stddev(',
  'sum(',
  'top(',
]

const OBJECT_WORDS = [
  'CONTINUOUS QUERY',
  'DATABASE',
  'MEASUREMENT',
  'RETENTION POLICY',
  'SERIES',
  'SUBSCRIPTION',
  'USER',
]
const CLAUSE_WORDS = [
  'AND',
  'AS',
  'FILL(',
  'FROM',
  'GROUP BY',
  'INTO',
  'LIMIT',
  'OFFSET',
  'OR',
  'ORDER BY',
  'SLIMIT',
  'SOFFSET',
  'WHERE',
]

/** `after` is what stands behind the cursor; only its FROM is looked at. */
export function completionRequest(before: string, after = ''): CompletionRequest {
  const start = wordStart(before)
  const word = before.slice(start)
  const quote = word[0] === '"' || word[0] === "'" ? word[0] : ''
  const typed = quote === '' ? word : word.slice(1)
  const context = before.slice(0, start).trimEnd()
  const { sources = [], words = [] } = wantedAt(context, quote, measurementOf(before + after))
  return { typed, quote, sources, words: quote === '' ? words : [] }
}

interface Wanted {
  readonly sources?: readonly NameSource[]
  readonly words?: readonly string[]
}

function wantedAt(context: string, quote: string, measurement: string | null): Wanted {
  if (quote === "'") {
    const tag = /(?:"((?:[^"\\]|\\.)*)"|([\w.-]+))\s*(?:!=|<>|=)$/.exec(context)
    return tag === null ? {} : { sources: [{ kind: 'tag-values', measurement, tag: tag[1] ?? tag[2] }] }
  }
  // A statement may begin behind another one.
  const statement = context.slice(context.lastIndexOf(';') + 1).trim()
  if (statement === '') return { words: context === '' ? [...META_WORDS, ...STATEMENT_WORDS] : STATEMENT_WORDS }
  return afterMetaWord(statement) ?? afterKeyword(statement, measurement)
}

function afterMetaWord(statement: string): Wanted | null {
  switch (statement.toLowerCase()) {
    case 'use':
      return { sources: [{ kind: 'databases' }] }
    case 'format':
      return { words: FORMATS }
    case 'precision':
      return { words: PRECISIONS }
    case 'consistency':
      return { words: CONSISTENCIES }
    case 'clear':
      return { words: ['database', 'retention policy'] }
    case 'chunk':
      return { words: ['size'] }
    case 'insert':
      return { words: ['into'], sources: [{ kind: 'measurements' }] }
    default: {
      const use = /^use\s+(?:"((?:[^"\\]|\\.)*)"|([^\s".]+))\.$/i.exec(statement)
      return use === null ? null : { sources: [{ kind: 'retention-policies', database: use[1] ?? use[2] }] }
    }
  }
}

function afterKeyword(statement: string, measurement: string | null): Wanted {
  const fields: NameSource = { kind: 'fields', measurement }
  const tags: NameSource = { kind: 'tags', measurement }
  const last = /([a-z]+)\s*[(,]?$/i.exec(statement)?.[1].toUpperCase() ?? ''
  if (/\b(FROM|JOIN|MEASUREMENT)$/i.test(statement)) return { sources: [{ kind: 'measurements' }] }
  if (/\b(ON|DROP\s+DATABASE)$/i.test(statement)) return { sources: [{ kind: 'databases' }] }
  if (/\bGROUP\s+BY$/i.test(statement)) return { sources: [tags], words: ['time('] }
  if (/\bWITH\s+KEY\s*(=|IN\s*\()?$/i.test(statement)) return { sources: [tags] }
  if (/^SHOW$/i.test(statement)) return { words: SHOW_WORDS }
  if (/^(CREATE|DROP|ALTER)$/i.test(statement)) return { words: OBJECT_WORDS }
  if (/^EXPLAIN$/i.test(statement)) return { words: ['ANALYZE', 'SELECT'] }
  if (['WHERE', 'AND', 'OR'].includes(last)) return { sources: [tags, fields], words: ['time'] }
  const clause = /.*\b(SELECT|FROM|WHERE|GROUP\s+BY|ORDER\s+BY)\b/is
    .exec(statement)?.[1]
    .toUpperCase()
    .replace(/\s+/, ' ')
  if (clause === 'SELECT' && /(SELECT|[(,])$/i.test(statement)) return { sources: [fields, tags], words: FUNCTIONS }
  if (clause === 'GROUP BY' && statement.endsWith(',')) return { sources: [tags], words: ['time('] }
  return { words: CLAUSE_WORDS }
}

/** The first thing that FROM names; null when there is none yet, or a regular expression. */
function measurementOf(text: string): string | null {
  const from = /\bFROM\s+((?:"(?:[^"\\]|\\.)*"|[\w.-]+)(?:\.+(?:"(?:[^"\\]|\\.)*"|[\w-]+))*)/i.exec(text)
  if (from === null) return null
  const last = /(?:"((?:[^"\\]|\\.)*)"|([\w-]+))$/.exec(from[1])
  if (last === null) return null
  return last[2] ?? last[1].replace(/\\(.)/g, '$1')
}

/** Index where the word at the end begins, its opening quote included. */
function wordStart(text: string): number {
  let quoteStart = -1
  let quote = ''
  let wordStartIndex = 0
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    if (quote !== '') {
      if (character === '\\') i++
      else if (character === quote) quote = ''
      continue
    }
    if (character === '"' || character === "'") {
      quote = character
      quoteStart = i
    } else if (/[\s,;()=<>!+*/.]/.test(character)) {
      wordStartIndex = i + 1
    }
  }
  return quote === '' ? wordStartIndex : quoteStart
}
