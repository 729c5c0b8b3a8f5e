/**
 * Some files of one bucket → one file with the same points, each once, without those that deletes have hidden. Inputs are
 * checked against their SHA-256 before they are read, and the result's row count against what the inputs say where nothing
 * can be duplicated or hidden.
 */

import path from 'node:path'
import type { CompactionPlan } from '../compaction/plan-compaction.js'
import { assert } from '../domain/errors.js'
import { ALL_TIME } from '../domain/time-range.js'
import type { Tombstone } from '../domain/tombstone.js'
import { filePath } from '../parquet/file-path.js'
import { nameColumns } from '../parquet/name-columns.js'
import { writeParquetFile } from '../parquet/write-parquet-file.js'
import type { FileColumn, FileEntry } from '../registry/file-entry.js'
import type { Duckdb } from '../sql/duckdb.js'
import { quoteIdentifier, quoteString } from '../sql/quote-sql.js'
import { SQL_TYPE } from '../sql/sql-type.js'
import { compileRelation } from './compile-relation.js'
import type { FlushContext } from './flush-table.js'
import { type FileSource, selectSources } from './source-set.js'
import { clipSpan, spansOverlap, unionSpans } from './time-span.js'

/** `olderFiles`: files of the table that stay and come before the merged ones. null: no row is left. */
export async function mergeFiles(
  context: FlushContext,
  plan: CompactionPlan,
  hiddenIn: (file: FileEntry) => readonly Tombstone[],
  olderFiles: readonly FileEntry[],
): Promise<FileEntry | null> {
  const sources = plan.map(
    (file): FileSource => ({
      kind: 'file',
      file,
      path: path.join(context.dataDir, file.path),
      hidden: hiddenIn(file),
    }),
  )
  const set = selectSources(sources, ALL_TIME)
  const columns = mergeColumns(plan)
  const fields = columns.filter(({ kind }) => kind === 'field')
  const dictionaryTable = context.nextTableName()
  await context.duckdb.run(`CREATE TABLE ${dictionaryTable} AS ${dictionaryQuery(sources, columns)}`)
  const first = plan[0]
  const id = context.nextFileId()
  const relativePath = filePath(first.table, first.bucketStartNs, id)
  try {
    const relation = compileRelation(set, fields, ALL_TIME, '')
    const bytesPerRow = await bytesPerRowOf(context.duckdb, sources)
    const written = await writeParquetFile(
      context.duckdb,
      { relation, dictionaryTable, columns, bytesPerRow },
      path.join(context.dataDir, relativePath),
    )
    if (written === null) return null
    const rowCount = plan.reduce((sum, file) => sum + file.rowCount, 0)
    assert(written.rowCount <= rowCount, 'a merge makes no rows')
    const mayLose = set.dirtySpans.length > 0 || sources.some(({ hidden }) => hidden.length > 0)
    assert(mayLose || written.rowCount === rowCount, 'a merge without duplicates and deletes keeps every row')
    return {
      id,
      table: first.table,
      path: relativePath,
      bucketStartNs: first.bucketStartNs,
      level: Math.max(...plan.map(({ level }) => level)) + 1,
      minSequence: plan[0].minSequence,
      maxSequence: plan[plan.length - 1].maxSequence,
      origin: first.origin,
      late: lateSpan(plan, olderFiles),
      columns,
      ...written,
    }
  } finally {
    await context.duckdb.run(`DROP TABLE ${dictionaryTable}`)
  }
}

/** From the footers: before packing, but with repeated texts counted once. */
async function bytesPerRowOf(duckdb: Duckdb, sources: readonly FileSource[]): Promise<number> {
  const paths = sources.map(({ path }) => quoteString(path)).join(', ')
  const sql = `SELECT sum(total_uncompressed_size)::${SQL_TYPE.integer} FROM parquet_metadata([${paths}])`
  const rowCount = sources.reduce((sum, { file }) => sum + file.rowCount, 0)
  for await (const { columns } of duckdb.stream(sql, [], ['integer'], null)) {
    return Number(columns[0].values[0]) / rowCount
  }
  assert(false, 'an aggregate has a row')
}

/** Every tag and field of the inputs; a field that has several types (it can not, in one bucket) keeps each. */
function mergeColumns(plan: CompactionPlan): FileColumn[] {
  const tags = new Set<string>()
  const fields = new Map<string, FileColumn>()
  for (const { columns } of plan) {
    for (const column of columns) {
      if (column.kind === 'tag') tags.add(column.name)
      else fields.set(`${column.type} ${column.name}`, column)
    }
  }
  return nameColumns([...tags].sort(), [...fields.values()])
}

function dictionaryQuery(sources: readonly FileSource[], columns: readonly FileColumn[]): string {
  const tags = columns.filter(({ kind }) => kind === 'tag')
  const perFile = sources.map(({ file, path }) => {
    const picks = tags.map(({ name }, i) => {
      const column = file.columns.find((candidate) => candidate.kind === 'tag' && candidate.name === name)
      return `, ${column === undefined ? 'NULL::VARCHAR' : `any_value(${quoteIdentifier(column.column)})`} AS t${i}`
    })
    return `SELECT _series${picks.join('')} FROM read_parquet(${quoteString(path)}, hive_partitioning = false) GROUP BY _series`
  })
  const values = tags.map((_, i) => `, any_value(t${i}) AS t${i}`).join('')
  const names = tags.map((_, i) => `, t${i}`).join('')
  return (
    `SELECT (row_number() OVER (ORDER BY _series) - 1)::BIGINT AS idx, _series${names} ` +
    `FROM (SELECT _series${values} FROM (${perFile.join(' UNION ALL ')}) GROUP BY _series)`
  )
}

/** Rows of the merge that may repeat points of files before it; what repeated inside it does so no more. */
function lateSpan(plan: CompactionPlan, olderFiles: readonly FileEntry[]): FileEntry['late'] {
  const spans = plan.map(({ late }) => late).filter((late) => late !== null)
  const late = unionSpans(spans).filter((span) => olderFiles.some((older) => spansOverlap(older, span)))
  if (late.length === 0) return null
  return clipSpan({ minNs: late[0].minNs, maxNs: late[late.length - 1].maxNs }, ALL_TIME)
}
