/**
 * Whom `debug` commands ask: a running server over HTTP, or the directory of a stopped one. Both answer with the same
 * documents (src/client/debug-documents.ts).
 */

import type { DebugDocuments, DebugName, DebugParams } from '../../client/debug-documents.js'
import { HttpClient } from '../../client/http-client.js'
import { parseExactJson } from '../../client/parse-exact-json.js'
import type { Target } from '../../client/target.js'
import type { DocumentContext } from '../../daemon/debug/document-context.js'
import type { DirectoryTarget } from '../../daemon/directory-target.js'
import type { Engine } from '../../engine/index.js'
import { type TargetFlagValues, withTarget } from '../open-target.js'
import { OperationError } from '../operation-error.js'

export interface DebugSource {
  readonly kind: Target['kind']
  /** Address or path. */
  readonly name: string
  readonly target: Target
  ask<Name extends DebugName>(name: Name, params?: DebugParams): Promise<DebugDocuments[Name]>
}

/** A `--db` that does not exist ends the command with 6: an empty answer would look as if all were well. */
export async function withDebugSource<T>(
  flags: TargetFlagValues & { readonly db?: string },
  run: (source: DebugSource) => Promise<T>,
): Promise<T> {
  return await withTarget(flags, async (target) => {
    const source = debugSourceOf(target)
    if (flags.db !== undefined) await requireDatabase(source, flags.db)
    return await run(source)
  })
}

async function requireDatabase(source: DebugSource, name: string): Promise<void> {
  const { databases } = await source.ask('server')
  if (databases.some((database) => database.name === name)) return
  throw new OperationError(`there is no database ${name} in ${source.name}`, {
    exit: 'missing',
    hint: 'hyperbyte debug topology lists them',
  })
}

export function debugSourceOf(target: Target): DebugSource {
  const ask = target instanceof HttpClient ? askServer(target) : askDirectory(target as DirectoryTarget)
  return { kind: target.kind, name: target.name, target, ask }
}

/** One file, one statement: minutes on a slow disk, while the usual limit is meant for a server that is gone. */
const PATIENCE_MS: { readonly [Name in DebugName]?: number } = { verify: 900_000, plan: 900_000 }

function askServer(client: HttpClient): DebugSource['ask'] {
  return async (name, params = {}) => {
    const path = `/api/v1/debug/${name}`
    const options = { search: params, timeoutMsMin: PATIENCE_MS[name] ?? 0 }
    const document = name === 'compact' ? client.postJson(path, options) : client.getJson(path, options)
    return (await document) as never
  }
}

function askDirectory({ engine }: DirectoryTarget): DebugSource['ask'] {
  let context: Promise<DocumentContext> | null = null
  return async (name, params = {}) => {
    const { makeDocument, printDocument } = await import('../../daemon/debug/make-document.js')
    context ??= contextOf(engine)
    const document = await makeDocument(name, await context, params)
    // Through JSON, so that a directory answers exactly as a server does.
    return parseExactJson(printDocument(document)) as never
  }
}

/** One for all questions: merges that were begun with one are asked for with another. */
async function contextOf(engine: Engine): Promise<DocumentContext> {
  const { createSystemClock } = await import('../../daemon/system-clock.js')
  const { MergeJobs } = await import('../../daemon/debug/merge-jobs.js')
  const { JobRegistry } = await import('../../daemon/activity/job-registry.js')
  const { signal } = new AbortController()
  const mergeJobs = new MergeJobs({ engine, registry: new JobRegistry(Date.now), nowMs: Date.now })
  return { engine, nowNs: createSystemClock(), startedAtMs: null, signal, mergeJobs, server: null }
}
