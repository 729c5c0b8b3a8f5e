/**
 * Decides whether two servers gave the same answer to a query: the same JSON, with floats allowed to differ in the last
 * bits because servers add up in different orders. Series and rows must come in the same order. `partial` is not looked
 * at: influxd 1.6 leaves it on a complete series of more than 10,000 rows that it put together from chunks.
 */

const RELATIVE_TOLERANCE = 1e-12

/** Where and how the answers differ first, or undefined when they are the same. */
export function findDifference(expected: Buffer, actual: Buffer): string | undefined {
  if (expected.equals(actual)) return undefined
  try {
    return compareValues(JSON.parse(expected.toString()), JSON.parse(actual.toString()), 'answer')
  } catch (error) {
    return `not JSON: ${String(error)}; expected ${excerpt(expected)}, got ${excerpt(actual)}`
  }
}

function compareValues(expected: unknown, actual: unknown, path: string): string | undefined {
  if (expected === actual) return undefined
  if (typeof expected === 'number' && typeof actual === 'number' && isClose(expected, actual)) return undefined
  if (Array.isArray(expected) && Array.isArray(actual)) {
    for (let i = 0; i < Math.min(expected.length, actual.length); i++) {
      const difference = compareValues(expected[i], actual[i], `${path}[${i}]`)
      if (difference !== undefined) return difference
    }
    if (expected.length === actual.length) return undefined
    return `${path} has ${expected.length} elements, got ${actual.length}`
  }
  if (isRecord(expected) && isRecord(actual)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
      if (key === 'partial') continue
      const difference = compareValues(expected[key], actual[key], `${path}.${key}`)
      if (difference !== undefined) return difference
    }
    return undefined
  }
  return `${path} is ${excerpt(expected)}, got ${excerpt(actual)}`
}

function isClose(a: number, b: number): boolean {
  return Math.abs(a - b) <= RELATIVE_TOLERANCE * Math.max(Math.abs(a), Math.abs(b))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function excerpt(value: unknown): string {
  const text = Buffer.isBuffer(value) ? value.toString('utf8', 0, 300) : (JSON.stringify(value) ?? 'nothing')
  return text.length > 300 ? `${text.slice(0, 300)}…` : text
}
