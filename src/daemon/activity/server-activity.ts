/** What the server does and what happens to it, in one place: events of the engine and faults of the log become records. */

import type { EngineEvent, EngineLog } from '../../engine/index.js'
import { EventRing } from './event-ring.js'
import { JobRegistry } from './job-registry.js'
import { LogRing } from './log-ring.js'

export class ServerActivity {
  readonly events: EventRing
  readonly jobs: JobRegistry
  readonly logLines: LogRing
  /** Bytes that merges have read since the start. */
  mergedBytes = 0

  constructor(nowMs: () => number = Date.now) {
    this.events = new EventRing(nowMs)
    this.jobs = new JobRegistry(nowMs)
    this.logLines = new LogRing(nowMs)
  }

  /** For `EngineOptions.onEvent`. */
  readonly record = (event: EngineEvent): void => {
    switch (event.kind) {
      case 'flush':
        this.events.add('info', 'flush', describeFlush(event))
        break
      case 'merge':
        this.mergedBytes += event.inputByteCount
        this.events.add('info', 'compaction', describeMerge(event))
        break
      case 'expiry': {
        const { database, retentionPolicy, startNs } = event
        const since = new Date(Number(startNs / 1_000_000n)).toISOString().slice(0, 16)
        this.events.add('info', 'retention', `${database}.${retentionPolicy}: the shard group of ${since}Z expired`)
      }
    }
  }

  /** A log whose warnings and errors are recorded too. */
  watch<L extends EngineLog>(log: L): L {
    const { events } = this
    const watched: EngineLog = {
      info: (message, fields) => log.info(message, fields),
      warn: (message, fields) => {
        events.add('warn', 'fault', withReason(message, fields))
        log.warn(message, fields)
      },
      error: (message, fields) => {
        events.add('error', 'fault', withReason(message, fields))
        log.error(message, fields)
      },
    }
    return { ...log, ...watched }
  }
}

function describeFlush({ fileCount, rowCount, byteCount, elapsedMs }: Extract<EngineEvent, { kind: 'flush' }>): string {
  return `${rowCount.toLocaleString('en')} rows into ${files(fileCount)}, ${bytes(byteCount)}, ${seconds(elapsedMs)}`
}

function describeMerge(event: Extract<EngineEvent, { kind: 'merge' }>): string {
  const { database, retentionPolicy, measurement } = event.table
  const place = `${database}.${retentionPolicy}.${measurement}`
  const sizes = `${bytes(event.inputByteCount)} → ${bytes(event.outputByteCount)}`
  return `${place}: ${files(event.inputFileCount)} became 1, ${sizes}, ${seconds(event.elapsedMs)}`
}

function withReason(message: string, fields: Record<string, unknown> | undefined): string {
  const reason = fields?.['error'] ?? fields?.['reason']
  if (reason === undefined) return message
  return `${message}: ${reason instanceof Error ? reason.message : String(reason)}`
}

function files(count: number): string {
  return count === 1 ? '1 file' : `${count} files`
}

function seconds(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`
}

function bytes(count: number): string {
  if (count < 1024) return `${count} B`
  const power = Math.min(4, Math.floor(Math.log2(count) / 10))
  return `${(count / 1024 ** power).toFixed(1)} ${['B', 'KiB', 'MiB', 'GiB', 'TiB'][power]}`
}
