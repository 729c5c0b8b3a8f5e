/**
 * `--param name=value` → JSON text for the server, which reads `$name` in the query from it. `true`, `false`, numbers and
 * "quoted" text keep their type and their digits; everything else is text.
 */

import { OperationError } from './operation-error.js'

const JSON_SCALAR = /^(true|false|-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?)$/

export function parseParams(params: readonly string[]): string {
  return params.length === 0 ? '' : `{${params.map(parseParam).join(',')}}`
}

function parseParam(param: string): string {
  const equals = param.indexOf('=')
  if (equals < 1) {
    const lack = equals === 0 ? 'name' : 'value'
    throw new OperationError(`--param ${param} has no ${lack}`, { exit: 'usage', hint: '--param host=server01' })
  }
  return `${JSON.stringify(param.slice(0, equals))}:${toJson(param.slice(equals + 1))}`
}

function toJson(raw: string): string {
  return JSON_SCALAR.test(raw) || isQuoted(raw) ? raw : JSON.stringify(raw)
}

function isQuoted(raw: string): boolean {
  try {
    return raw.startsWith('"') && typeof JSON.parse(raw) === 'string'
  } catch {
    return false
  }
}
