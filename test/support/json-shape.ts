/**
 * Which keys and types a document has, as lines that people can read and a test can compare:
 *
 *   databases[].name        text
 *   databases[].policies[].default   boolean
 *   labels.*                text            (a map: any key)
 *   error?                  text | null     (may be absent)
 */

export type JsonType = 'text' | 'number' | 'boolean' | 'null' | 'object' | 'list' | 'anything'

export interface KeyShape {
  readonly types: ReadonlySet<JsonType>
  readonly isOptional: boolean
}

/** By path. Objects and lists stand in it only where they may be something else too, or empty. */
export type DocumentShape = ReadonlyMap<string, KeyShape>

export function parseShape(lines: readonly string[]): DocumentShape {
  return new Map(
    lines.map((line) => {
      const [path, types] = line.trim().split(/ {2,}/)
      const isOptional = path.endsWith('?')
      const names = types.split(' | ') as JsonType[]
      return [isOptional ? path.slice(0, -1) : path, { types: new Set(names), isOptional }]
    }),
  )
}

/** What in the document is not as the shape says; empty when all is well. */
export function faultsOf(value: unknown, shape: DocumentShape, path = ''): string[] {
  const type = typeOf(value)
  const declared = shape.get(path)
  if (declared?.types.has('anything')) return []
  const children = childrenOf(shape, path)
  if (declared !== undefined && !declared.types.has(type)) return [`${path} is ${type}`]
  if (
    declared === undefined &&
    (type !== 'object' || children.size === 0) &&
    !(type === 'list' && hasItems(shape, path))
  ) {
    return [`${path} is not documented: ${type}`]
  }
  if (Array.isArray(value)) return value.flatMap((item) => faultsOf(item, shape, `${path}[]`))
  if (type !== 'object') return []
  const object = value as Record<string, unknown>
  if (children.has('*')) return Object.values(object).flatMap((each) => faultsOf(each, shape, `${path}.*`))
  const missing = [...children].filter((name) => !(name in object) && !isOptional(shape, pathTo(path, name)))
  return [
    ...missing.map((name) => `${pathTo(path, name)} is missing`),
    ...Object.entries(object).flatMap(([name, each]) => faultsOf(each, shape, pathTo(path, name))),
  ]
}

/** Takes what a document shows into what is known, so that a shape can be written down for the first time. */
export function learnShape(value: unknown, known: Map<string, Set<JsonType>>, path = ''): void {
  const type = typeOf(value)
  const note = () => {
    const types = known.get(path) ?? new Set()
    known.set(path, types.add(type))
  }
  if (Array.isArray(value)) {
    if (value.length === 0) note()
    for (const item of value) learnShape(item, known, `${path}[]`)
  } else if (type === 'object') {
    const entries = Object.entries(value as object)
    if (entries.length === 0) note()
    for (const [name, each] of entries) learnShape(each, known, pathTo(path, name))
  } else note()
}

function typeOf(value: unknown): JsonType {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'list'
  const type = typeof value
  if (type === 'string') return 'text'
  return type as 'number' | 'boolean' | 'object'
}

function pathTo(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

/** Names right below a path. */
function childrenOf(shape: DocumentShape, path: string): Set<string> {
  const beginning = path === '' ? '' : `${path}.`
  const below = [...shape.keys()].filter((each) => each.startsWith(beginning) && each !== path)
  return new Set(
    below.map((each) => /^[^.[]+/.exec(each.slice(beginning.length))?.[0] ?? '').filter((name) => name !== ''),
  )
}

function hasItems(shape: DocumentShape, path: string): boolean {
  return [...shape.keys()].some((each) => each.startsWith(`${path}[]`))
}

/** A name that stands in longer paths only is as optional as the first of them says: `selection?.databases[]`. */
function isOptional(shape: DocumentShape, path: string): boolean {
  return shape.get(path)?.isOptional === true
}
