import type { EngineOptions } from '../../../src/engine/index.js'

/** Small, for a directory of a test. */
export function testEngineOptions(dataDir: string): EngineOptions {
  return {
    dataDir,
    nowNs: () => 1_700_000_000_000_000_000n,
    monotonicMs: () => performance.now(),
    randomBytes: (count) => new Uint8Array(count),
    durability: 'os_default',
    flushBytesMax: 2 ** 26,
    flushAgeMsMax: 3_600_000,
    walBytesMax: 2 ** 30,
    memoryBytesMax: 2 ** 28,
    columnCacheBytesMax: 2 ** 24,
    narrowRowCountMax: 100_000,
    duckdbMemoryBytesMax: 2 ** 28,
    duckdbThreads: 1,
    maxSeriesPerDatabase: 0,
    maxValuesPerTag: 0,
    log: { info: () => {}, warn: () => {}, error: () => {} },
  }
}
