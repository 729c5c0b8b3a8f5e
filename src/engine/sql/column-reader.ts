/**
 * DuckDB vectors → columns of our own. One reader per result; a chunk's bytes are copied out, so chunks may be freed.
 *
 * Vector layouts (DuckDB C API): fixed-width values back to back; validity as 64-bit words, bit 1 = valid; a string is
 * 16 bytes | length u32 | 12 bytes inline, or 4 bytes prefix and a pointer |.
 */

import type { DuckDBDataChunk } from '@duckdb/node-api'
import { type Column, type ColumnType, validityWordCount } from '../domain/column.js'
import type { ColumnChunk } from './duckdb.js'
import { duckdbBindings } from './duckdb-library.js'

const duckdb = duckdbBindings()

const VALUE_BYTES = { float: 8, integer: 8, unsigned: 8, time: 8, boolean: 1, string: 16 } satisfies Record<
  ColumnType,
  number
>

const INLINE_STRING_BYTES_MAX = 12

export class ColumnReader {
  readonly #types: readonly ColumnType[]
  readonly #decoder = new TextDecoder()

  constructor(types: readonly ColumnType[]) {
    this.#types = types
  }

  read(chunk: DuckDBDataChunk): ColumnChunk {
    const rowCount = chunk.rowCount
    return { rowCount, columns: this.#types.map((type, i) => this.#readVector(chunk, i, type, rowCount)) }
  }

  #readVector(chunk: DuckDBDataChunk, index: number, type: ColumnType, rowCount: number): Column {
    const vector = duckdb.data_chunk_get_vector(chunk.chunk, index)
    const bytes = duckdb.vector_get_data(vector, rowCount * VALUE_BYTES[type])
    const validity = readValidity(vector, rowCount)
    switch (type) {
      case 'float':
        return { type, validity, values: new Float64Array(copyBuffer(bytes)) }
      case 'integer':
        return { type, validity, values: new BigInt64Array(copyBuffer(bytes)) }
      case 'time':
        return { type, validity, values: new BigInt64Array(copyBuffer(bytes)) }
      case 'unsigned':
        return { type, validity, values: new BigUint64Array(copyBuffer(bytes)) }
      case 'boolean':
        return { type, validity, values: new Uint8Array(copyBuffer(bytes)) }
      case 'string':
        return { type, validity, values: this.#readStrings(bytes, validity, rowCount) }
    }
  }

  /**
   * One vector's values into a column of the same type that has room for them: strings are pushed, others stored from `at`
   * on. Returns their bitmap; the column's own is left alone.
   */
  readInto(chunk: DuckDBDataChunk, index: number, column: Column, at: number): Uint32Array | null {
    const rowCount = chunk.rowCount
    const vector = duckdb.data_chunk_get_vector(chunk.chunk, index)
    const bytes = duckdb.vector_get_data(vector, rowCount * VALUE_BYTES[column.type])
    const validity = readValidity(vector, rowCount)
    if (column.type === 'string') {
      for (const text of this.#readStrings(bytes, validity, rowCount)) column.values.push(text)
    } else {
      const { buffer, byteOffset } = column.values
      new Uint8Array(buffer, byteOffset).set(bytes, at * VALUE_BYTES[column.type])
    }
    return validity
  }

  #readStrings(bytes: Uint8Array, validity: Uint32Array | null, rowCount: number): string[] {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const values = new Array<string>(rowCount)
    for (let row = 0; row < rowCount; row++) {
      if (validity !== null && (validity[row >>> 5] & (1 << (row & 31))) === 0) {
        values[row] = ''
        continue
      }
      const at = row * 16
      const length = view.getUint32(at, true)
      values[row] = this.#decoder.decode(
        length <= INLINE_STRING_BYTES_MAX
          ? bytes.subarray(at + 4, at + 4 + length)
          : duckdb.get_data_from_pointer(bytes.buffer as ArrayBuffer, bytes.byteOffset + at + 8, length),
      )
    }
    return values
  }
}

function copyBuffer(bytes: Uint8Array): ArrayBuffer {
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
}

/** The bitmap, or null when every row is valid. */
function readValidity(vector: Parameters<typeof duckdb.vector_get_validity>[0], rowCount: number): Uint32Array | null {
  const bytes = duckdb.vector_get_validity(vector, ((rowCount + 63) >>> 6) * 8)
  if (bytes === null || bytes === undefined) return null
  const words = new Uint32Array(copyBuffer(bytes)).subarray(0, validityWordCount(rowCount))
  const fullWords = rowCount >>> 5
  for (let i = 0; i < fullWords; i++) if (words[i] !== 0xffff_ffff) return words
  const tail = rowCount & 31
  return tail !== 0 && (words[fullWords] | (-1 << tail)) !== -1 ? words : null
}
