/**
 * SHOW STATS and SHOW DIAGNOSTICS: a series for each module, its numbers as columns. FOR names one module; one that there
 * is not answers nothing. `FOR 'indexes'` is only answered when asked for.
 */

import { compareBytewise } from '../../domain/compare-bytewise.js'
import type { ResultColumn, SeriesFrame } from '../result.js'
import type { SelfReports } from '../self-report.js'
import { booleanColumn, integerColumn, listFrame, textColumn } from '../text-frame.js'

export function* showStats(module: string, reports: SelfReports, indexBytes: () => number): Iterable<SeriesFrame> {
  if (module === 'indexes') {
    yield listFrame('indexes', [integerColumn('memoryBytes', [BigInt(indexBytes())])])
    return
  }
  for (const { name, tags, values } of reports.statistics()) {
    if (module !== '' && module !== name) continue
    const columns = inOrder(values).map(([key, value]) => integerColumn(key, [BigInt(Math.round(value))]))
    yield { ...listFrame(name, columns), tags: tags === null ? null : inOrder(tags) }
  }
}

export function* showDiagnostics(module: string, reports: SelfReports): Iterable<SeriesFrame> {
  for (const { name, facts } of reports.diagnostics()) {
    if (module !== '' && module !== name) continue
    yield listFrame(
      name,
      Object.entries(facts).map(([key, value]) => factColumn(key, value)),
    )
  }
}

function inOrder<T>(entries: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(entries).sort(([a], [b]) => compareBytewise(a, b))
}

function factColumn(name: string, value: string | number | boolean): ResultColumn {
  if (typeof value === 'string') return textColumn(name, [value])
  return typeof value === 'boolean' ? booleanColumn(name, [value]) : integerColumn(name, [BigInt(Math.round(value))])
}
