/** The one door of the engine. Everything outside `src/engine` imports from here. */

export type { Column, ColumnType, ColumnValues } from './domain/column.js'
export { isValid } from './domain/column.js'
export { assert, type ErrorCode, HyperbyteError } from './domain/errors.js'
export type { FieldType } from './domain/field-type.js'
export type {
  Durability,
  Engine,
  EngineLog,
  EngineOptions,
  EngineStats,
  Precision,
  WriteFormat,
  WriteOutcome,
  WriteRequest,
} from './engine.js'
export type { Database, RetentionPolicy } from './metadata/meta-state.js'
export type { QueryLimits, QueryRequest } from './query/catalog.js'
export type { QueryEvent, ResultColumn, ResultMessage, SeriesFrame } from './query/result.js'
