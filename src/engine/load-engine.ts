/**
 * What needs DuckDB, loaded when it is first asked for. Most of the engine's modules and the native library take longer to
 * load than a command that only talks to a server takes in all: 0.1 s of 0.3 s.
 */

import type { ColumnType } from './domain/column.js'
import type { Engine, EngineOptions } from './engine.js'
import type { ColumnCollector } from './sql/column-collector.js'

/** Throws `locked` when another process has the directory, `corrupt` when what is in it cannot be trusted. */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { openEngine: open } = await import('./open-engine.js')
  return await open(options)
}

/** `rowCountMax`: the most rows that are collected before they are taken. */
export async function openColumnCollector(types: readonly ColumnType[], rowCountMax: number): Promise<ColumnCollector> {
  const { ColumnCollector: Collector } = await import('./sql/column-collector.js')
  return new Collector(types, rowCountMax)
}
