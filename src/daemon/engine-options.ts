/** From the configuration's names to what the engine takes. */

import { randomBytes } from 'node:crypto'
import type { EngineLog, EngineOptions } from '../engine/index.js'
import type { ConfigValues } from './config/option-table.js'
import { createSystemClock } from './system-clock.js'

export function toEngineOptions(values: ConfigValues, log: EngineLog): EngineOptions {
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
    duckdbMemoryBytesMax: values['duckdb.memory-limit'],
    duckdbThreads: values['duckdb.threads'],
    maxSeriesPerDatabase: values['data.max-series-per-database'],
    maxValuesPerTag: values['data.max-values-per-tag'],
    log,
  }
}
