/** Whole byte strings ↔ the pieces that stores take and give. */

export async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes
}

export async function bytesOf(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const piece of pieces) parts.push(piece)
  return parts.length === 1 ? Buffer.from(parts[0]) : Buffer.concat(parts)
}
