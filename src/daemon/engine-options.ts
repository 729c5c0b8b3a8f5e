/** From the configuration's names to what the engine takes. */

import { randomBytes } from 'node:crypto'
import type { EngineFaults, EngineLog, EngineOptions } from '../engine/index.js'
import type { ConfigValues } from './config/option-table.js'
import { createSystemClock } from './system-clock.js'

/** Our loops over 100,000 rows take as long as DuckDB takes to plan a statement and open the files. */
const NARROW_ROW_COUNT_MAX = 100_000

export function toEngineOptions(
  values: ConfigValues,
  log: EngineLog,
  onEvent?: EngineOptions['onEvent'],
  faults: EngineFaults | null = null,
): EngineOptions {
  return {
    dataDir: values['data.dir'],
    nowNs: createSystemClock(),
    monotonicMs: () => performance.now(),
    randomBytes,
    durability: values['data.durability'],
    flushBytesMax: values['data.cache-snapshot-memory-size'],
    flushAgeMsMax: values['data.flush-age-max'],
    walBytesMax: values['data.wal-max-size'],
    memoryBytesMax: values['data.cache-max-memory-size'],
    columnCacheBytesMax: values['data.column-cache-size'],
    narrowRowCountMax: NARROW_ROW_COUNT_MAX,
    duckdbMemoryBytesMax: values['duckdb.memory-limit'],
    duckdbThreads: values['duckdb.threads'],
    maxSeriesPerDatabase: values['data.max-series-per-database'],
    maxValuesPerTag: values['data.max-values-per-tag'],
    log,
    ...(onEvent === undefined ? {} : { onEvent }),
    ...(faults === null ? {} : { faults }),
  }
}
