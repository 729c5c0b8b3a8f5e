/**
 * A recording: what influxd answered to each step of a case file, as text that reads well in a diff.
 *
 *     >> [db=weather] SELECT mean(temperature) FROM weather      the step's key; more `>> ` lines when it has several
 *     200 application/json                                       status and content type
 *     + x-influxdb-error: …                                      other headers
 *     {"results":[…]}                                            the body as it is
 *
 * A body line that would look like structure is escaped with a backslash; `\ no newline` says that the body's last line
 * has none.
 */

import type { Answer } from './answer.js'

export type Recording = ReadonlyMap<string, Answer>

const NO_NEWLINE = '\\ no newline'

export function printRecording(recording: Recording): string {
  return [...recording].map(([key, answer]) => printEntry(key, answer)).join('')
}

function printEntry(key: string, answer: Answer): string {
  const { 'content-type': contentType = '', ...others } = answer.headers
  const lines = key.split('\n').map((line) => `>> ${line}`)
  lines.push([answer.status, contentType, answer.isBinary ? '(hex)' : ''].filter((part) => part !== '').join(' '))
  for (const [name, value] of Object.entries(others)) lines.push(`+ ${name}: ${value}`)
  if (answer.body !== '') {
    const hasNewline = answer.body.endsWith('\n')
    const bodyLines = (hasNewline ? answer.body.slice(0, -1) : answer.body).split('\n')
    lines.push(...bodyLines.map((line) => (/^(>> |\+ |\\)/.test(line) ? `\\${line}` : line)))
    if (!hasNewline) lines.push(NO_NEWLINE)
  }
  return lines.join('\n') + '\n'
}

export function parseRecording(text: string): Recording {
  const recording = new Map<string, Answer>()
  const lines = text.split('\n').slice(0, -1)
  for (let at = 0; at < lines.length; ) {
    const isKey = (): boolean => lines[at]?.startsWith('>> ') ?? false
    const key: string[] = []
    for (; isKey(); at++) key.push(lines[at].slice(3))
    const start = at
    while (at < lines.length && !isKey()) at++
    recording.set(key.join('\n'), parseEntry(lines.slice(start, at)))
  }
  return recording
}

function parseEntry(lines: readonly string[]): Answer {
  const [status, ...typeWords] = lines[0].split(' ')
  const isBinary = typeWords.at(-1) === '(hex)'
  const contentType = typeWords.slice(0, isBinary ? -1 : undefined).join(' ')
  const headers: Record<string, string> = contentType === '' ? {} : { 'content-type': contentType }
  let at = 1
  for (; lines[at]?.startsWith('+ '); at++) {
    const colon = lines[at].indexOf(': ')
    headers[lines[at].slice(2, colon)] = lines[at].slice(colon + 2)
  }
  const hasNewline = lines.at(-1) !== NO_NEWLINE
  const bodyLines = lines.slice(at, hasNewline ? undefined : -1)
  const body = bodyLines.map((line) => (line.startsWith('\\') ? line.slice(1) : line)).join('\n')
  return { status: Number(status), headers, body: hasNewline && bodyLines.length > 0 ? `${body}\n` : body, isBinary }
}
