/** The footer of a Parquet file, read by another reader than the one that wrote it. */

const TAIL_BYTES = 64 * 1024

export interface ParquetFooter {
  readonly rowCount: number
  readonly rowGroupCount: number
}

/** `read` gives bytes `[start, end)`. Throws what is wrong. */
export async function readFooter(
  byteCount: number,
  read: (start: number, end: number) => Promise<Buffer>,
): Promise<ParquetFooter> {
  const { parquetMetadataAsync } = await import('hyparquet')
  const file = {
    byteLength: byteCount,
    slice: async (start: number, end: number = byteCount): Promise<ArrayBuffer> => {
      const bytes = await read(start, end)
      return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer
    },
  }
  const { num_rows: rowCount, row_groups: groups } = await parquetMetadataAsync(file, {
    initialFetchSize: Math.min(TAIL_BYTES, byteCount),
  })
  const groupRows = groups.reduce((sum, group) => sum + Number(group.num_rows), 0)
  if (groupRows !== Number(rowCount)) throw new Error(`its row groups have ${groupRows} rows, it says ${rowCount}`)
  return { rowCount: Number(rowCount), rowGroupCount: groups.length }
}
