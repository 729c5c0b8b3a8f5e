/**
 * Wall clock in nanoseconds for the engine, which reads no clock itself. The system gives milliseconds; calls within
 * the same one count up, so that points written without a timestamp do not overwrite each other. A clock that is set
 * back is followed.
 */

const NS_PER_MS = 1_000_000n

export function createSystemClock(nowMs: () => number = Date.now): () => bigint {
  let lastNs = 0n
  return () => {
    const ns = BigInt(nowMs()) * NS_PER_MS
    const isSameMs = lastNs >= ns && lastNs - ns < NS_PER_MS - 1n
    lastNs = isSameMs ? lastNs + 1n : ns
    return lastNs
  }
}
