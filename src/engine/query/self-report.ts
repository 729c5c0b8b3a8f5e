/**
 * What parts of the server tell of themselves: numbers for SHOW STATS, facts for SHOW DIAGNOSTICS. The engine collects;
 * whoever counts something adds a report.
 */

import { compareBytewise } from '../domain/compare-bytewise.js'

/** Numbers of one module, under InfluxDB's names where it has them. */
export interface Statistic {
  readonly name: string
  /** null = none. */
  readonly tags: Readonly<Record<string, string>> | null
  /** Whole numbers. */
  readonly values: Readonly<Record<string, number>>
}

export interface Diagnostic {
  readonly name: string
  /** In printed order. */
  readonly facts: Readonly<Record<string, string | number | boolean>>
}

export interface SelfReport {
  statistics?(): readonly Statistic[]
  diagnostics?(): readonly Diagnostic[]
}

/** As influxd lists them; modules of our own come after them. */
const MODULES = ['runtime', 'queryExecutor', 'database', 'write', 'subscriber', 'cq', 'httpd']

/** Several reports may have numbers of one module: they are put together. */
export class SelfReports {
  readonly #reports = new Set<SelfReport>()

  /** Returns what takes it away again. */
  add(report: SelfReport): () => void {
    this.#reports.add(report)
    return () => void this.#reports.delete(report)
  }

  statistics(): Statistic[] {
    const merged = new Map<string, Statistic>()
    for (const report of this.#reports) {
      for (const statistic of report.statistics?.() ?? []) {
        const key = JSON.stringify([statistic.name, statistic.tags])
        merged.set(key, { ...statistic, values: { ...merged.get(key)?.values, ...statistic.values } })
      }
    }
    return [...merged.values()].sort((a, b) => placeOf(a.name) - placeOf(b.name))
  }

  diagnostics(): Diagnostic[] {
    const all = [...this.#reports].flatMap((report) => report.diagnostics?.() ?? [])
    return all.sort((a, b) => compareBytewise(a.name, b.name))
  }
}

function placeOf(module: string): number {
  const place = MODULES.indexOf(module)
  return place < 0 ? MODULES.length : place
}
