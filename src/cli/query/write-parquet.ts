/**
 * `--format parquet`: rows of one SELECT → one Parquet file, with `time`, a column for each tag of GROUP BY and one for each
 * selected column. The file is made as a whole before a byte of it goes to stdout.
 */

import { createReadStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { QueryCall } from '../../client/http-client.js'
import type { Target } from '../../client/target.js'
import type { FieldType, PointColumns } from '../../engine/index.js'
import { ParquetOutput } from '../../operations/transfer/parquet-output.js'
import { fileFailure } from '../file-failure.js'
import { OperationError } from '../operation-error.js'
import { checkFilePath, StdoutSink } from './answer-sink.js'
import { readTypedRows } from './read-typed-rows.js'
import type { RowLimit } from './row-limit.js'
import { type ColumnTypes, parseTypedSelect, readColumnTypes } from './typed-select.js'

export interface ParquetAnswerOptions {
  /** null: stdout. */
  readonly path: string | null
  readonly limit: RowLimit
}

export async function writeParquet(target: Target, call: QueryCall, { path, limit }: ParquetAnswerOptions) {
  const select = parseTypedSelect(call, 'parquet')
  if (path !== null) checkPath(path)
  const types = await readColumnTypes(target, select, call.database)
  const tempDir = mkdtempSync(join(tmpdir(), 'hyperbyte-query-'))
  try {
    const file = path ?? join(tempDir, 'answer.parquet')
    const output = await ParquetOutput.open({ path: file, tempDir, tagKeys: [], fields: knownFields(types) })
    const rows = readTypedRows(target, { select, database: call.database, declared: declare(types), limit })
    try {
      await writeRows(rows, output)
      await output.finish()
    } catch (error) {
      await output.abandon()
      throw error
    }
    if (path === null) await copyToStdout(file)
  } finally {
    rmSync(tempDir, { recursive: true, force: true })
  }
}

function checkPath(path: string): void {
  try {
    checkFilePath(path)
  } catch (cause) {
    throw fileFailure('write', path, cause)
  }
}

async function writeRows(rows: AsyncIterable<PointColumns>, output: ParquetOutput): Promise<void> {
  let measurement: string | null = null
  for await (const points of rows) {
    measurement ??= points.measurement
    if (points.measurement !== measurement) {
      throw new OperationError(`the answer is of several measurements, ${measurement} and ${points.measurement}`, {
        exit: 'usage',
        hint: 'a Parquet file holds one: select from one, or hyperbyte export --format parquet --out DIR',
      })
    }
    await output.write(points)
  }
}

/** In the file whether they have a value or not. */
function knownFields(types: ColumnTypes): { readonly name: string; readonly type: FieldType }[] {
  return [...types].filter(([, set]) => set.size === 1).map(([name, [type]]) => ({ name, type }))
}

/** Only that an integer is unsigned cannot be seen; a column that looks like a field may be a tag of the same name. */
function declare(types: ColumnTypes): Map<string, readonly FieldType[]> {
  const unsigned = [...types].filter(([, set]) => set.has('unsigned') && !set.has('integer'))
  return new Map(unsigned.map(([name]) => [name, ['unsigned', 'float', 'string', 'boolean']]))
}

async function copyToStdout(path: string): Promise<void> {
  const sink = new StdoutSink()
  for await (const piece of createReadStream(path, { highWaterMark: 2 ** 20 })) {
    if (!(await sink.write(piece as Buffer))) return
  }
}
