/**
 * Readers for JSON documents of a server that may be older or newer: whatever is absent or of another type becomes the
 * empty value of its kind, whatever is unknown is passed over. A shape is also its type: `Shape<typeof reader>`.
 * Names are camelCase here and snake_case in the document.
 */

export type Reader<T> = (value: unknown) => T
export type Shape<R> = R extends Reader<infer T> ? T : never

export const text: Reader<string> = (value) => (typeof value === 'string' ? value : '')

export const count: Reader<number> = (value) => (typeof value === 'number' && Number.isFinite(value) ? value : 0)

export const flag: Reader<boolean> = (value) => value === true

export function optional<T>(reader: Reader<T>): Reader<T | null> {
  return (value) => (value === null || value === undefined ? null : reader(value))
}

/** One of these words; the first one stands for any other. */
export function oneOf<const Names extends readonly string[]>(...names: Names): Reader<Names[number]> {
  return (value) => (names.includes(value as string) ? (value as string) : names[0])
}

export function listOf<T>(reader: Reader<T>): Reader<readonly T[]> {
  return (value) => (Array.isArray(value) ? value.map(reader) : [])
}

export function object<R extends Record<string, Reader<unknown>>>(
  readers: R,
): Reader<{ readonly [K in keyof R]: Shape<R[K]> }> {
  const entries = Object.entries(readers).map(([name, reader]) => [name, snakeName(name), reader] as const)
  return (value) => {
    const source = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
    const read: Record<string, unknown> = {}
    for (const [name, wireName, reader] of entries) read[name] = reader(source[wireName])
    return read as { readonly [K in keyof R]: Shape<R[K]> }
  }
}

/** `rssBytes` → `rss_bytes`, in every object of the value. For documents whose names are all ours. */
export function toSnakeNames<T>(value: T): SnakeNames<T>
export function toSnakeNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toSnakeNames)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [snakeName(name), toSnakeNames(inner)]))
}

/** `{rssBytes: number}` → `{rss_bytes: number}`. Lists and objects inside are of no known type. */
export type SnakeNames<T> = { readonly [K in keyof T & string as SnakeName<K>]: T[K] extends object ? unknown : T[K] }

type SnakeName<S extends string> = S extends `${infer Head}${infer Rest}`
  ? `${Head extends Lowercase<Head> ? Head : `_${Lowercase<Head>}`}${SnakeName<Rest>}`
  : S

/** The other way round: `rss_bytes` → `rssBytes`. */
export function toCamelNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toCamelNames)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [camelName(name), toCamelNames(inner)]))
}

function camelName(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

const SNAKE_NAMES = new Map<string, string>()

function snakeName(name: string): string {
  let snake = SNAKE_NAMES.get(name)
  if (snake === undefined) {
    snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    SNAKE_NAMES.set(name, snake)
  }
  return snake
}
