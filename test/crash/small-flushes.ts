/** Settings of a server that flushes and merges all the time: one flush per mebibyte or second, whichever comes first. */

export const SMALL_FLUSHES = {
  HYPERBYTE_DATA_CACHE_SNAPSHOT_MEMORY_SIZE: '1m',
  HYPERBYTE_DATA_FLUSH_AGE_MAX: '1s',
}

/** The log is cut as often. */
export const SMALL_FLUSHES_AND_LOG = { ...SMALL_FLUSHES, HYPERBYTE_DATA_WAL_MAX_SIZE: '8m' }
