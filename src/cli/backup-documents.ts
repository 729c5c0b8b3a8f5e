/** Parts of a backup set as `--json` prints them. Labels have names of the user's, which stay as they are. */

import type { Manifest, Selection } from '../operations/backup/repository/manifest.js'
import type { SetCheck } from '../operations/backup/repository/repository.js'
import { formatTimeNs } from '../operations/backup/set-id.js'
import type { ShownSet } from '../operations/backup/show-set.js'

export function setDocument({ manifest, tables, check, isPinned }: ShownSet) {
  const { id, time, finished, type, parent, instance, cluster, node, program, labels, verified, databases } = manifest
  return {
    ...{ id, time, finished, type, parent, instance, cluster, node, program, labels, verified, databases },
    pinned: isPinned,
    selection: selectionDocument(manifest.selection),
    checked: checkDocument(check),
    log: logDocument(manifest.log),
    registry_bytes: String(manifest.registry.unpackedSize),
    files: manifest.files.length,
    added_files: manifest.added.files,
    added_bytes: String(manifest.added.bytes),
    tables: tables.map(({ database, retentionPolicy, measurement, files, rows, bytes }) => ({
      database,
      retention_policy: retentionPolicy,
      measurement,
      files,
      rows: String(rows),
      bytes: String(bytes),
    })),
  }
}

export function selectionDocument(selection: Selection | null) {
  if (selection === null) return null
  const { databases, excluded, retentionPolicies, start, end } = selection
  return { databases, excluded, retention_policies: retentionPolicies, start: toTime(start), end: toTime(end) }
}

export function checkDocument(check: SetCheck | null) {
  if (check === null) return null
  const { time, isGood, readShare, bad = [] } = check
  return { time, good: isGood, read_share: readShare, bad }
}

function logDocument({ flushedSequence, lastSequence, records, firstTime, lastTime, ...log }: Manifest['log']) {
  return {
    flushed_sequence: flushedSequence,
    last_sequence: lastSequence,
    records,
    first_time: toTime(firstTime),
    last_time: toTime(lastTime),
    bytes: String(log.unpackedSize),
    segments: log.segments.map(({ sha256, size, unpackedSize, packing }) => ({
      sha256,
      stored_bytes: size,
      bytes: unpackedSize,
      packing,
    })),
  }
}

/** ns since 1970. */
function toTime(ns: string | null): string | null {
  return ns === null ? null : formatTimeNs(BigInt(ns))
}
