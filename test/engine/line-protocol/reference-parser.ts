/**
 * InfluxDB's reading of line protocol, written a second time to check the real parser against: one character after the
 * other, one object per point, no thought for speed. Shares no code with the real one, on purpose.
 *
 * InfluxDB reads a field section twice, with different ideas of what a backslash does: first to find its end and check
 * it, then to take the fields out. Both readings are here, because odd lines depend on both.
 */

export type ReferenceValue = number | bigint | boolean | string

export interface ReferenceField {
  readonly name: string
  readonly type: 'float' | 'integer' | 'unsigned' | 'boolean' | 'string'
  readonly value: ReferenceValue
}

export interface ReferencePoint {
  readonly measurement: string
  /** Sorted by key. */
  readonly tags: readonly (readonly [string, string])[]
  /** One per name and type, the last one given. */
  readonly fields: readonly ReferenceField[]
  readonly timeNs: bigint
}

export interface ReferenceOptions {
  readonly nanosecondsPerUnit: bigint
  readonly nowNs: bigint
}

const BLANKS = ' \t\0'
const TIME_NS_LIMIT = 9223372036854775806n
const BOOLEANS: Record<string, boolean> = Object.fromEntries([
  ...['t', 'T', 'true', 'True', 'TRUE'].map((text) => [text, true]),
  ...['f', 'F', 'false', 'False', 'FALSE'].map((text) => [text, false]),
])

class Rejected extends Error {}

/** One entry for every line that is neither blank nor a comment. */
export function parseByReference(text: string, options: ReferenceOptions): (ReferencePoint | 'rejected')[] {
  const lines = splitLines(text).map((line) => line.slice(skip(line, 0, BLANKS)))
  return lines.filter((line) => line !== '' && line[0] !== '#').map((line) => parseOrReject(line, options))
}

function parseOrReject(line: string, options: ReferenceOptions): ReferencePoint | 'rejected' {
  try {
    return parsePoint(line, options)
  } catch (error) {
    if (error instanceof Rejected) return 'rejected'
    throw error
  }
}

/** At every newline that is neither escaped nor in a string; strings are looked for behind the first space only. */
function splitLines(text: string): string[] {
  const lines: string[] = []
  let line = ''
  let balance = 0
  let isBehindSpace = false
  let isQuoted = false
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\n' && !isQuoted) {
      lines.push(line)
      line = ''
      balance = 0
      isBehindSpace = false
      continue
    }
    line += text[i]
    if (text[i] === '\\' && i + 2 < text.length) {
      line += text[++i]
      continue
    }
    if (text[i] === ' ') isBehindSpace = true
    if (!isBehindSpace) continue
    if (text[i] === '"' && balance > 0) isQuoted = !isQuoted
    if (text[i] === '=' && !isQuoted) balance++
    if (text[i] === ',' && !isQuoted) balance--
  }
  return [...lines, line]
}

function parsePoint(line: string, options: ReferenceOptions): ReferencePoint {
  require(line[0] !== ',')
  let pos = nameEnd(line, 0, ', ')
  const measurement = resolveEscapes(line.slice(0, pos), ',"= ')
  const tags = new Map<string, string>()
  while (line[pos] === ',') {
    const keyEnd = nameEnd(line, pos + 1, '=, ')
    const key = line.slice(pos + 1, keyEnd)
    require(line[keyEnd] === '=' && !' ,='.includes(key[0]))
    const valueEnd = nameEnd(line, keyEnd + 1, '=, ')
    const value = line.slice(keyEnd + 1, valueEnd)
    require(line[valueEnd] !== '=' && !' ,'.includes(value[0]))
    require(!tags.has(key) && key !== 'time')
    tags.set(key, value)
    pos = valueEnd
  }
  const start = skip(line, pos, BLANKS)
  const end = checkFieldSection(line, start)
  const fields = takeFields(line.slice(start, end)).filter(({ name }) => name !== 'time')
  require(fields.length > 0)
  return {
    measurement,
    tags: [...tags]
      .map(([key, value]) => [resolveEscapes(key, ',= '), resolveEscapes(value, ',= ')] as const)
      .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    fields: [...new Map(fields.map((field) => [`${field.type} ${field.name}`, field])).values()],
    timeNs: parseTime(line.slice(end), options),
  }
}

/** First reading: where the section that starts at `start` ends. */
function checkFieldSection(line: string, start: number): number {
  let equalsCount = 0
  let commaCount = 0
  let isQuoted = false
  let pos = start
  for (; pos < line.length && (isQuoted || line[pos] !== ' '); pos++) {
    if (line[pos] === '\\') pos++
    else if (line[pos] === '"' && equalsCount > commaCount) isQuoted = !isQuoted
    else if (line[pos] === ',' && !isQuoted) commaCount++
    else if (line[pos] === '=' && !isQuoted) {
      equalsCount++
      require(!' ,'.includes(line[pos - 1]) || line[pos - 2] === '\\')
      const [value] = line.slice(pos + 1).split(/[ ,]/, 1)
      if (value[0] !== '"') parseValue(value)
    }
  }
  require(!isQuoted && equalsCount === commaCount + 1)
  return Math.min(pos, line.length)
}

/** Second reading. */
function takeFields(section: string): ReferenceField[] {
  const fields: ReferenceField[] = []
  let pos = 0
  while (pos < section.length) {
    const equals = nameEnd(section, pos, '=')
    require(section[pos] !== '=')
    let isQuoted = false
    let end = equals + 1
    for (; end < section.length && (isQuoted || section[end] !== ','); end++) {
      if (section[end] === '\\' && (section[end + 1] === '"' || section[end + 1] === '\\')) end++
      else if (section[end] === '"') isQuoted = !isQuoted
    }
    const name = resolveEscapes(section.slice(pos, equals), ',"= ')
    fields.push({ name, ...parseValue(section.slice(equals + 1, end)) })
    pos = end + 1
  }
  return fields
}

function parseValue(text: string): Omit<ReferenceField, 'name'> {
  require(text !== '"')
  if (text[0] === '"') return { type: 'string', value: resolveEscapes(text.slice(1, -1), '"\\') }
  if (Object.hasOwn(BOOLEANS, text)) return { type: 'boolean', value: BOOLEANS[text] }
  if (/^-?\d+i$/.test(text)) {
    const value = BigInt(text.slice(0, -1))
    require(BigInt.asIntN(64, value) === value)
    return { type: 'integer', value }
  }
  if (/^\d+u$/.test(text)) {
    const value = BigInt(text.slice(0, -1))
    require(BigInt.asUintN(64, value) === value)
    return { type: 'unsigned', value }
  }
  require(/^-?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) && Number.isFinite(Number(text)))
  return { type: 'float', value: Number(text) }
}

/** `text` is all that follows the fields. Without a timestamp, what is behind a newline does not matter. */
function parseTime(text: string, { nanosecondsPerUnit, nowNs }: ReferenceOptions): bigint {
  const rest = text.slice(skip(text, 0, BLANKS))
  if (rest === '' || rest[0] === '\n') {
    const beyond = ((nowNs % nanosecondsPerUnit) + nanosecondsPerUnit) % nanosecondsPerUnit
    return nowNs - beyond
  }
  require(/^-?\d+ *$/.test(rest))
  const timeNs = BigInt(rest.trim()) * nanosecondsPerUnit
  require(timeNs >= -TIME_NS_LIMIT && timeNs <= TIME_NS_LIMIT)
  return timeNs
}

/** Of a name of at least one character: the next of `stops` without a backslash before it. There has to be one. */
function nameEnd(text: string, start: number, stops: string): number {
  for (let i = start + 1; i < text.length; i++) if (stops.includes(text[i]) && text[i - 1] !== '\\') return i
  throw new Rejected()
}

function resolveEscapes(text: string, escapable: string): string {
  let plain = ''
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\' && i + 1 < text.length && escapable.includes(text[i + 1])) i++
    plain += text[i]
  }
  return plain
}

function skip(text: string, start: number, characters: string): number {
  let pos = start
  while (pos < text.length && characters.includes(text[pos])) pos++
  return pos
}

function require(condition: boolean): void {
  if (!condition) throw new Rejected()
}
