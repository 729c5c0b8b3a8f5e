/**
 * Files as a tar archive (POSIX ustar): a header of 512 bytes, the content filled up to 512, two empty blocks at the end.
 * Names are at most 100 bytes.
 */

const BLOCK_BYTES = 512

export interface TarFile {
  readonly name: string
  readonly content: string
}

export function writeTar(files: readonly TarFile[], modifiedAtMs: number): Buffer {
  const parts: Buffer[] = []
  for (const { name, content } of files) {
    const bytes = Buffer.from(content)
    const padding = (BLOCK_BYTES - (bytes.length % BLOCK_BYTES)) % BLOCK_BYTES
    parts.push(headerOf(name, bytes.length, modifiedAtMs), bytes, Buffer.alloc(padding))
  }
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK_BYTES)])
}

function headerOf(name: string, byteCount: number, modifiedAtMs: number): Buffer {
  const header = Buffer.alloc(BLOCK_BYTES)
  header.write(name, 0, 100)
  header.write('0000600\0', 100)
  header.write('0000000\0', 108)
  header.write('0000000\0', 116)
  header.write(octal(byteCount, 11), 124)
  header.write(octal(Math.floor(modifiedAtMs / 1000), 11), 136)
  header.write('        ', 148)
  header.write('0', 156)
  header.write('ustar\x0000', 257)
  // The sum is taken over the header with spaces in its own place.
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${octal(sum, 6)}\0 `, 148)
  return header
}

function octal(number: number, digitCount: number): string {
  return number.toString(8).padStart(digitCount, '0')
}
