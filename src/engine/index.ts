/** The one door of the engine. Everything outside `src/engine` imports from here. */

export type { BackupNote } from './backup-notes.js'
export type { Checkpoint, CheckpointInfo } from './checkpoint.js'
export type { ContinuousQueryInfo, ContinuousRun } from './continuous-queries.js'
export type { Column, ColumnType, ColumnValues } from './domain/column.js'
export { isValid, setValid, validityWordCount } from './domain/column.js'
export { assert, type ErrorCode, HyperbyteError } from './domain/errors.js'
export type { FieldType } from './domain/field-type.js'
export type { FieldColumn } from './domain/point-batch.js'
export { ColumnBuilder, MeasurementBuilder } from './domain/point-batch-builder.js'
export type { PointColumns, TagSet } from './domain/point-columns.js'
export type { Precision } from './domain/precision.js'
export { makeDirectory, syncPath } from './domain/sync-path.js'
export type { TableName } from './domain/table-name.js'
export type { TimeRange } from './domain/time-range.js'
export { zoneOffsetOf } from './domain/zone-offset.js'
export type {
  ColumnWriteRequest,
  ContinuousQueryRunner,
  Durability,
  Engine,
  EngineFaults,
  EngineLog,
  EngineOptions,
  EngineStats,
  StoredListener,
  StoredPoints,
  WriteFormat,
  WriteOutcome,
  WriteRequest,
} from './engine.js'
export type { EngineEvent } from './engine-event.js'
export type {
  ColumnsInsight,
  DatabaseInsight,
  EngineInsight,
  MeasurementInsight,
  MergeGroup,
  StorageInsight,
  StoredTotals,
} from './engine-insight.js'
export type { BucketFacts } from './housekeeping.js'
export type { Privilege, Statement } from './influxql/ast.js'
export type { BindValue, BindValues } from './influxql/bind-value.js'
export { formatGoDuration } from './influxql/duration.js'
export { parseQuery } from './influxql/parse-query.js'
export { formatTime } from './influxql/print-expr.js'
export { printStatement } from './influxql/print-statement.js'
export { type RequiredPrivilege, requiredPrivileges } from './influxql/required-privileges.js'
export { type DirectoryContent, inspectDataDirectory } from './inspect-data-directory.js'
export {
  inspectLog,
  type LogDamage,
  type LogRecordFacts,
  type LogReport,
  repairLog,
} from './inspect-log.js'
export type {
  FieldTypeFact,
  FileFacts,
  Inspection,
  LogFacts,
  MeasurementCardinality,
  QueryPlanFacts,
} from './inspection.js'
export type { LinePiece } from './line-protocol/print-lines.js'
export { openColumnCollector, openEngine } from './load-engine.js'
export type { RunningMerge } from './merge-runner.js'
export type {
  Database,
  GrantedPrivilege,
  MetaCommand,
  MetaState,
  RetentionPolicy,
  Subscription,
  User,
} from './metadata/meta-state.js'
export { applyMetaCommand, EMPTY_META_STATE, hasAdmin } from './metadata/meta-state.js'
export { hashPassword, SALT_BYTES, verifyPassword } from './metadata/password-hash.js'
export { type DoneMerge, type PlannedMerge, reasonOf } from './planned-merge.js'
export type { Catalog, QueryAuthorizer, QueryLimits, QueryRequest } from './query/catalog.js'
export type { FrameDelivery, QueryEvent, ResultColumn, ResultMessage, SeriesFrame } from './query/result.js'
export type { QueryInfo } from './query/running-queries.js'
export type { ScanRequest } from './query/scan.js'
export { type Diagnostic, type SelfReport, SelfReports, type Statistic } from './query/self-report.js'
export type { StatementInfo } from './query/statement-statistics.js'
export { addDatabases, type StoredDatabase, storedDatabasesOf } from './registry/add-databases.js'
export type { FileEntry } from './registry/file-entry.js'
export { databaseNamesOf, fileEntryOf, type RegistryEntry } from './registry/meta-store.js'
export { decodeRegistry, encodeRegistry } from './registry/registry-dump.js'
export { type RegistrySelection, selectEntries } from './registry/select-entries.js'
export {
  type DataDirectoryParts,
  openRestored,
  type RestoredDirectory,
  restoreDataDirectory,
  rewriteRegistry,
} from './restore-data-directory.js'
export type { MeasurementOrigins, SeriesWriter } from './series-origins.js'
export { duckdbLibrary } from './sql/duckdb-library.js'
export { quoteIdentifier, quoteString } from './sql/quote-sql.js'
export { SQL_TYPE } from './sql/sql-type.js'
export {
  checkRecord,
  placeholderRecord,
  type RecordHead,
  type RecordKind,
  readRecordHead,
  splitRecords,
} from './wal/wal-record.js'
