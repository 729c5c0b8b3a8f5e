/** How many series there are, by measurement, tag and value, and where they come from. */

import type { DebugCardinality, DebugDocuments, DebugParams } from '../../client/debug-documents.js'
import type { Engine } from '../../engine/index.js'
import { type DocumentContext, numberParam } from './document-context.js'

const DAY_MS = 86_400_000

export function makeCardinality(
  { engine, startedAtMs, nowNs }: DocumentContext,
  params: DebugParams,
): DebugDocuments['cardinality'] {
  const { db, measurement: name } = params
  const valuesCount = Number(numberParam(params, 'values'))
  const isCounted = startedAtMs !== null
  const measurements = engine.inspection
    .cardinality()
    .filter((each) => (db === undefined || each.database === db) && (name === undefined || each.measurement === name))
    .sort((a, b) => b.seriesCount - a.seriesCount)
    .map(({ database, measurement, seriesCount, tags, origins }, index) => ({
      database,
      measurement,
      series: seriesCount,
      tags: tags.map(({ key, valueCount }) => ({ key, values: valueCount })),
      created: isCounted ? origins.createdCount : null,
      writers: origins.writers.map(({ client, createdCount, rowCount }) => ({
        client,
        created: createdCount,
        rows: rowCount,
      })),
      top_values: index < valuesCount ? topValues(engine, database, measurement) : null,
    }))
  const dayAgoMs = Number(nowNs() / 1_000_000n) - DAY_MS
  return { since: isCounted ? new Date(Math.max(startedAtMs, dayAgoMs)).toISOString() : null, measurements }
}

function topValues(engine: Engine, database: string, measurement: string): DebugCardinality['top_values'] {
  const { tags } = engine.insight.columns(database, measurement)
  return tags
    .flatMap(({ name: key, values }) => values.map(({ value, seriesCount }) => ({ key, value, series: seriesCount })))
    .sort((a, b) => b.series - a.series)
}
