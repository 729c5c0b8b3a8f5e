/**
 * The `params` of a query, a JSON object, to values for `$name`. A number with a dot is a float, any other an int64,
 * exactly; `{"regex": …}` and the like stand for other tokens. What cannot be bound becomes an error only where the
 * query uses it, as in InfluxDB.
 */

import { type BindValue, type BindValues, HyperbyteError } from '../../engine/index.js'

/** A number's own text, which JSON.parse would round. No JSON text decodes to this class. */
class NumberText {
  constructor(readonly text: string) {}
}

type Json = null | boolean | string | NumberText | Json[] | { readonly [key: string]: Json }

/** null when there are none. Throws `invalid` with InfluxDB's texts. */
export function parseBindParams(text: string): BindValues | null {
  if (text === '' || text === 'null') return null
  const value = parseJson(text)
  if (value === null) return null
  if (!isObject(value)) throw invalidParams(`json: cannot unmarshal ${kindOf(value)} into Go value of type ${GO_MAP}`)
  const values = new Map<string, BindValue>()
  for (const [name, entry] of Object.entries(value)) values.set(name, bindValue(entry))
  return values
}

const GO_MAP = 'map[string]interface {}'

function bindValue(value: Json): BindValue {
  if (value instanceof NumberText) {
    const number = value.text.includes('.') ? parseFloatText(value.text) : parseIntText(value.text)
    if (typeof number === 'object') throw new HyperbyteError('invalid', `error parsing json value: ${number.text}`)
    return number
  }
  if (value === null) return unbindable('unable to bind parameter with type <nil>')
  if (Array.isArray(value)) return unbindable('unable to bind parameter with type []interface {}')
  if (isObject(value)) return bindObject(value)
  return value
}

function bindObject(value: { readonly [key: string]: Json }): BindValue {
  const entries = Object.entries(value)
  if (entries.length !== 1) return unbindable('bound object parameter value must have exactly one entry')
  const [kind, entry] = entries[0]
  switch (kind) {
    case 'string':
      return typeof entry === 'string' ? entry : unbindable('string literal must be a string value')
    case 'ident':
    case 'identifier':
      if (typeof entry !== 'string') return unbindable('identifier must be a string value')
      return { kind: 'identifier', text: entry }
    case 'regex':
      return typeof entry === 'string' ? { kind, text: entry } : unbindable('regex literal must be a string value')
    case 'float':
    case 'number':
      if (!(entry instanceof NumberText)) return unbindable('number literal must be a float value')
      return entry.text.includes('.') ? parseFloatText(entry.text) : toFloat(parseIntText(entry.text))
    case 'int':
    case 'integer':
      if (!(entry instanceof NumberText) || entry.text.includes('.')) {
        return unbindable('integer literal must be an integer value')
      }
      return parseIntText(entry.text)
    case 'duration':
      if (typeof entry === 'string') return { kind, text: entry }
      // A plain integer is nanoseconds.
      if (entry instanceof NumberText && /^-?\d+$/.test(entry.text)) return { kind, text: `${entry.text}ns` }
      return unbindable('duration literal must be a string or integer value')
    default:
      return unbindable(`unknown bind object type: ${kind}`)
  }
}

type ErrorValue = Extract<BindValue, { kind: 'error' }>

function unbindable(text: string): ErrorValue {
  return { kind: 'error', text }
}

function toFloat(value: bigint | ErrorValue): number | ErrorValue {
  return typeof value === 'bigint' ? Number(value) : value
}

function parseFloatText(text: string): number | ErrorValue {
  const value = Number(text)
  if (Number.isFinite(value)) return value
  return unbindable(`strconv.ParseFloat: parsing ${JSON.stringify(text)}: value out of range`)
}

function parseIntText(text: string): bigint | ErrorValue {
  const failure = (reason: string) => unbindable(`strconv.ParseInt: parsing ${JSON.stringify(text)}: ${reason}`)
  if (!/^-?\d+$/.test(text)) return failure('invalid syntax')
  const value = BigInt(text)
  return BigInt.asIntN(64, value) === value ? value : failure('value out of range')
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof NumberText)
}

function kindOf(value: Json): string {
  if (Array.isArray(value)) return 'array'
  if (value instanceof NumberText) return 'number'
  return typeof value === 'boolean' ? 'bool' : 'string'
}

function invalidParams(reason: string): HyperbyteError {
  return new HyperbyteError('invalid', `error parsing query parameters: ${reason}`)
}

const TOKEN =
  /\s*(?:("(?:[^"\\\x00-\x1f]|\\.)*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null)|([{}[\],:]))/y

/** Reads one value; text after it is ignored, as Go's decoder leaves it. */
function parseJson(text: string): Json {
  const reader = { text, position: 0 }
  return parseValue(reader, nextToken(reader, 'looking for beginning of value'), 0)
}

interface Reader {
  readonly text: string
  position: number
}

/** Deeper nesting than any bind value has. */
const DEPTH_MAX = 100

function nextToken(reader: Reader, place: string): string {
  TOKEN.lastIndex = reader.position
  const match = TOKEN.exec(reader.text)
  if (match === null) throw unexpectedAt(reader, place)
  reader.position = TOKEN.lastIndex
  return match[0].trimStart()
}

function unexpectedAt(reader: Reader, place: string): HyperbyteError {
  const rest = reader.text.slice(reader.position).trimStart()
  if (rest === '') return invalidParams(reader.position === 0 ? 'EOF' : 'unexpected EOF')
  const isUnfinished = rest.startsWith('"') || ['true', 'false', 'null'].some((word) => word.startsWith(rest))
  if (isUnfinished) return invalidParams('unexpected EOF')
  return invalidParams(`invalid character '${String.fromCodePoint(rest.codePointAt(0) ?? 0)}' ${place}`)
}

function parseValue(reader: Reader, token: string, depth: number): Json {
  if (depth > DEPTH_MAX) throw invalidParams('exceeded max depth')
  switch (token[0]) {
    case '{':
      return parseObject(reader, depth)
    case '[':
      return parseArray(reader, depth)
    case '"':
      return unquote(token)
    case 't':
    case 'f':
      return token === 'true'
    case 'n':
      return null
    case '}':
    case ']':
    case ',':
    case ':':
      throw invalidParams(`invalid character '${token}' looking for beginning of value`)
    default:
      return new NumberText(token)
  }
}

function parseObject(reader: Reader, depth: number): Json {
  // No prototype: `__proto__` is a name like any other.
  const object: { [key: string]: Json } = Object.create(null)
  let token = nextToken(reader, 'looking for beginning of object key string')
  while (token !== '}') {
    if (token[0] !== '"')
      throw invalidParams(`invalid character '${token[0]}' looking for beginning of object key string`)
    const name = unquote(token)
    const colon = nextToken(reader, 'after object key')
    if (colon !== ':') throw invalidParams(`invalid character '${colon[0]}' after object key`)
    object[name] = parseValue(reader, nextToken(reader, 'looking for beginning of value'), depth + 1)
    const next = nextToken(reader, 'after object key:value pair')
    if (next === '}') break
    if (next !== ',') throw invalidParams(`invalid character '${next[0]}' after object key:value pair`)
    token = nextToken(reader, 'looking for beginning of object key string')
    if (token === '}') throw invalidParams("invalid character '}' looking for beginning of object key string")
  }
  return object
}

function parseArray(reader: Reader, depth: number): Json {
  const values: Json[] = []
  let token = nextToken(reader, 'looking for beginning of value')
  while (token !== ']') {
    values.push(parseValue(reader, token, depth + 1))
    const next = nextToken(reader, 'after array element')
    if (next === ']') break
    if (next !== ',') throw invalidParams(`invalid character '${next[0]}' after array element`)
    token = nextToken(reader, 'looking for beginning of value')
  }
  return values
}

function unquote(token: string): string {
  try {
    return JSON.parse(token)
  } catch {
    throw invalidParams(`invalid character in string ${token}`)
  }
}
