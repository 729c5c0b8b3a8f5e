/** JSON for stored metadata: bigints as `{"$bigint":"…"}`, maps as `{"$map":[[key, value]…]}`, all else as it is. */

export function printJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === 'bigint') return { $bigint: String(item) }
    if (item instanceof Map) return { $map: [...item] }
    return item
  })
}

export function parseJson(text: string): unknown {
  return JSON.parse(text, (_key, item: unknown) => {
    if (item === null || typeof item !== 'object') return item
    if ('$bigint' in item) return BigInt(item.$bigint as string)
    if ('$map' in item) return new Map(item.$map as [unknown, unknown][])
    return item
  })
}
