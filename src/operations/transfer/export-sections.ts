/**
 * The format of `influx_inspect export` and of `influx -import`: line protocol with directives in comments.
 *
 *   # DDL                                    statements follow
 *   # DML                                    points follow
 *   # CONTEXT-DATABASE: telegraf             where they go from here on
 *   # CONTEXT-RETENTION-POLICY: autogen
 *
 * Bodies of whole lines in, statements and bodies with their place out. Other comments stay where they are.
 */

import { lineEnd } from './line-cutter.js'

export type ExportPart =
  | { readonly kind: 'statement'; readonly text: string }
  | { readonly kind: 'points'; readonly database: string; readonly retentionPolicy: string; readonly body: Buffer }

export interface ExportContext {
  readonly section: 'ddl' | 'dml'
  readonly database: string
  readonly retentionPolicy: string
}

export class ExportSections {
  #context: ExportContext

  /** Files without directives are points, for the place given here. */
  constructor(context: ExportContext) {
    this.#context = context
  }

  /** To go on from here later. */
  get context(): ExportContext {
    return this.#context
  }

  *split(body: Buffer): Generator<ExportPart> {
    if (this.#context.section === 'dml' && !mayHoldDirective(body)) {
      if (body.length > 0) yield this.#points(body)
      return
    }
    let from = 0
    for (let start = 0; start < body.length; ) {
      const end = lineEnd(body, start) || body.length
      const directive = body[start] === 0x23 ? parseDirective(body.toString('utf8', start, end)) : null
      const isStatement = this.#context.section === 'ddl' && directive === null
      if (directive !== null || isStatement) {
        if (from < start) yield this.#points(body.subarray(from, start))
        from = end
      }
      if (directive !== null) this.#context = { ...this.#context, ...directive }
      else if (isStatement) yield* statementOf(body.toString('utf8', start, end))
      start = end
    }
    if (from < body.length) yield this.#points(body.subarray(from))
  }

  #points(body: Buffer): ExportPart {
    const { database, retentionPolicy } = this.#context
    return { kind: 'points', database, retentionPolicy, body }
  }
}

/** False for nearly every body; inside a quoted value the words prove nothing, which the slow way finds out. */
function mayHoldDirective(body: Buffer): boolean {
  return body.includes('# CONTEXT-') || body.includes('# DDL') || body.includes('# DML')
}

function parseDirective(line: string): Partial<ExportContext> | null {
  const text = line.trim()
  if (/^# ?DDL$/.test(text)) return { section: 'ddl' }
  if (/^# ?DML$/.test(text)) return { section: 'dml' }
  const match = /^# ?CONTEXT-(DATABASE|RETENTION-POLICY): *(.*)$/.exec(text)
  if (match === null) return null
  return match[1] === 'DATABASE' ? { database: match[2], retentionPolicy: '' } : { retentionPolicy: match[2] }
}

function* statementOf(line: string): Generator<ExportPart> {
  const text = line.trim()
  if (text !== '' && !text.startsWith('#')) yield { kind: 'statement', text }
}
