/**
 * Case files: text in, cases out. One line is one statement and one case; see test/conformance/README.md for the whole
 * format. Data-set files are read by the same parser: their steps prepare a server.
 *
 *     data weather                         the data set (and database) that the following cases ask
 *     with epoch=s                         parameters of the following cases
 *     [chunked=true] SELECT a FROM b       a statement with parameters of its own; indented lines continue it
 *     write db=x precision=s               a write; `| ` lines are its body
 *     GET /query?q=SHOW DATABASES          a raw request; `> ` lines are headers
 *     @ties why                            a mark on the next case; `< ` lines give an expected answer
 *     scenario a sentence … end            steps that run in order as one case
 */

import type { Answer } from './answer.js'

export type MarkKind = 'ties' | 'unordered' | 'unordered-series' | 'mask-time' | '1.8' | 'either'

export interface Mark {
  readonly kind: MarkKind
  readonly reason: string
}

/** A request before placeholders such as `{now-10m}` are filled in. */
export interface RequestTemplate {
  readonly method: string
  /** Path and query string as written, not encoded. */
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | null
  /** Sent as the form field `q`; null = `body` is sent as it is. */
  readonly statement: string | null
}

export interface Step {
  /** What the case says, complete: names the step in recordings and reports. */
  readonly key: string
  readonly line: number
  readonly request: RequestTemplate
  readonly marks: readonly Mark[]
  /** Given with a mark `1.8` (instead of the recording) or `either` (beside it). */
  readonly expected: Answer | null
}

export interface Case {
  readonly title: string
  readonly isScenario: boolean
  readonly steps: readonly Step[]
}

export interface CaseFile {
  readonly dataSets: readonly string[]
  readonly cases: readonly Case[]
}

const MARK_KINDS: readonly MarkKind[] = ['ties', 'unordered', 'unordered-series', 'mask-time', '1.8', 'either']
const RAW_REQUEST = /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) (\/.*)$/

type Parameters = Readonly<Record<string, string>>

interface Reader {
  readonly lines: readonly string[]
  at: number
}

export function parseCases(text: string): CaseFile {
  const reader: Reader = { lines: text.split('\n'), at: 0 }
  const dataSets = new Set<string>()
  const cases: Case[] = []
  let defaults: Parameters = {}
  for (let line = nextLine(reader); line !== null; line = nextLine(reader)) {
    const [word, rest] = splitWord(line)
    if (word === 'data') {
      dataSets.add(rest)
      defaults = { db: rest }
      reader.at++
    } else if (word === 'with') {
      defaults = { ...defaults, ...parseParameters(rest) }
      reader.at++
    } else if (word === 'scenario') {
      reader.at++
      cases.push(readScenario(reader, rest))
    } else {
      const step = readStep(reader, defaults, '')
      cases.push({ title: step.key, isScenario: false, steps: [step] })
    }
  }
  refuseRepeats(cases)
  return { dataSets: [...dataSets], cases }
}

function readScenario(reader: Reader, title: string): Case {
  const steps: Step[] = []
  let defaults: Parameters = {}
  for (let line = nextLine(reader); line !== 'end'; line = nextLine(reader)) {
    if (line === null) throw new Error(`scenario without end: ${title}`)
    const [word, rest] = splitWord(line)
    if (word === 'with') {
      defaults = { ...defaults, ...parseParameters(rest) }
      reader.at++
    } else {
      steps.push(readStep(reader, defaults, `${title}, step ${steps.length + 1}\n`))
    }
  }
  reader.at++
  return { title, isScenario: true, steps }
}

function readStep(reader: Reader, defaults: Parameters, prefix: string): Step {
  const marks: Mark[] = []
  for (let line = nextLine(reader); line?.startsWith('@'); line = nextLine(reader)) {
    marks.push(parseMark(line, reader.at))
    reader.at++
  }
  const lineNumber = reader.at + 1
  const { key, request } = readRequest(reader, defaults)
  const expected = readExpected(reader)
  if ((expected !== null) !== marks.some((mark) => mark.kind === '1.8' || mark.kind === 'either')) {
    throw new Error(`line ${lineNumber}: "<" lines belong to a mark @1.8 or @either`)
  }
  return { key: prefix + key, line: lineNumber, request, marks, expected }
}

function parseMark(line: string, at: number): Mark {
  const [kind, reason] = splitWord(line.slice(1))
  const known = MARK_KINDS.find((candidate) => candidate === kind)
  if (known === undefined || reason === '') throw new Error(`line ${at + 1}: a mark has a known kind and a reason`)
  return { kind: known, reason }
}

function readRequest(reader: Reader, defaults: Parameters): { key: string; request: RequestTemplate } {
  const line = reader.lines[reader.at].trimEnd()
  const raw = RAW_REQUEST.exec(line)
  if (raw) {
    reader.at++
    return readRaw(reader, line, { method: raw[1], target: raw[2] })
  }
  if (splitWord(line)[0] === 'write') {
    reader.at++
    const parameters = { ...defaults, ...parseParameters(splitWord(line)[1]) }
    const target = `/write?${queryString(parameters)}`
    return readRaw(reader, `write ${showParameters(parameters)}`, { method: 'POST', target })
  }
  return readStatement(reader, defaults)
}

function readRaw(
  reader: Reader,
  firstLine: string,
  start: { method: string; target: string },
): { key: string; request: RequestTemplate } {
  const keyLines = [firstLine]
  const headers: Record<string, string> = {}
  const body: Uint8Array[] = []
  for (; reader.at < reader.lines.length; reader.at++) {
    const line = reader.lines[reader.at]
    if (line.startsWith('> ')) {
      const [name, value] = splitAt(line.slice(2), ':')
      headers[name] = value.trim()
    } else if (line.startsWith('|')) {
      body.push(bodyLine(line))
    } else {
      break
    }
    keyLines.push(line)
  }
  const bytes = body.length === 0 ? null : joinLines(body)
  return { key: keyLines.join('\n'), request: { ...start, headers, body: bytes, statement: null } }
}

/** `| text`, `|= "JSON string"` for control characters, `|x 63 ff` for bytes that are not UTF-8. */
function bodyLine(line: string): Uint8Array {
  if (line.startsWith('|= ')) return Buffer.from(JSON.parse(line.slice(3)))
  if (line.startsWith('|x ')) return Buffer.from(line.slice(3).replaceAll(' ', ''), 'hex')
  return Buffer.from(line.slice(2))
}

function joinLines(lines: readonly Uint8Array[]): Buffer {
  const newline = Buffer.from('\n')
  return Buffer.concat(lines.flatMap((line, index) => (index === 0 ? [line] : [newline, line])))
}

/** Parameters with a capital are headers. The statement goes in a form body, everything else in the URL. */
function readStatement(reader: Reader, defaults: Parameters): { key: string; request: RequestTemplate } {
  const lines = [reader.lines[reader.at++].trimEnd()]
  while (reader.lines[reader.at]?.startsWith('  ')) lines.push(reader.lines[reader.at++].trimEnd())
  const own = /^\[([^\]]*)\] ?/.exec(lines[0])
  const parameters = { ...defaults, ...parseParameters(own?.[1] ?? '') }
  const statement = lines.join('\n').slice(own?.[0].length ?? 0)
  const text = statement.startsWith('\\') ? statement.slice(1) : statement
  const isHeader = (name: string): boolean => /^[A-Z]/.test(name)
  const urlParameters = Object.fromEntries(Object.entries(parameters).filter(([name]) => !isHeader(name)))
  const headers = Object.fromEntries(Object.entries(parameters).filter(([name]) => isHeader(name)))
  return {
    key: Object.keys(parameters).length === 0 ? text : `[${showParameters(parameters)}] ${text}`,
    request: {
      method: 'POST',
      target: `/query?${queryString(urlParameters)}`,
      headers: { ...headers, 'Content-Type': 'application/x-www-form-urlencoded' },
      body: null,
      statement: text,
    },
  }
}

function readExpected(reader: Reader): Answer | null {
  const lines: string[] = []
  for (; reader.lines[reader.at]?.startsWith('< '); reader.at++) lines.push(reader.lines[reader.at].slice(2))
  if (lines.length === 0) return null
  const [status, contentType] = splitWord(lines[0])
  const headerLines = lines.slice(1).filter((line) => line.startsWith('+ '))
  const bodyLines = lines.slice(1 + headerLines.length)
  const headers: Record<string, string> = contentType === '' ? {} : { 'content-type': contentType }
  for (const line of headerLines) {
    const [name, value] = splitAt(line.slice(2), ':')
    headers[name] = value.trim()
  }
  return { status: Number(status), headers, body: bodyLines.map((line) => `${line}\n`).join(''), isBinary: false }
}

/** Skips blank lines and comments; null at the end. */
function nextLine(reader: Reader): string | null {
  while (reader.at < reader.lines.length) {
    const line = reader.lines[reader.at].trimEnd()
    if (line !== '' && !line.startsWith('# ') && line !== '#') return line
    reader.at++
  }
  return null
}

function refuseRepeats(cases: readonly Case[]): void {
  const seen = new Set<string>()
  for (const step of cases.flatMap((each) => each.steps)) {
    if (seen.has(step.key)) throw new Error(`line ${step.line}: the same case twice: ${step.key}`)
    seen.add(step.key)
  }
}

function parseParameters(text: string): Parameters {
  const pairs = text.split(' ').filter((pair) => pair !== '')
  return Object.fromEntries(pairs.map((pair) => splitAt(pair, '=')))
}

function showParameters(parameters: Parameters): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')
}

/** A value may be written percent-encoded (it must be when it has a space) or plain. */
function queryString(parameters: Parameters): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name}=${encodeURIComponent(decodeURIComponent(value))}`)
    .join('&')
}

function splitWord(line: string): [word: string, rest: string] {
  return splitAt(line, ' ')
}

function splitAt(text: string, separator: string): [before: string, after: string] {
  const at = text.indexOf(separator)
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length).trim()]
}
