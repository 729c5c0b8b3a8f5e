/**
 * InfluxDB names the types of its own syntax tree in some errors: `time and *influxql.VarRef are not compatible`.
 */

import type { Expr } from './ast.js'

export const GO_TYPE_NAMES: Readonly<Record<Expr['kind'], string>> = {
  varref: '*influxql.VarRef',
  call: '*influxql.Call',
  binary: '*influxql.BinaryExpr',
  paren: '*influxql.ParenExpr',
  number: '*influxql.NumberLiteral',
  integer: '*influxql.IntegerLiteral',
  unsigned: '*influxql.UnsignedLiteral',
  string: '*influxql.StringLiteral',
  boolean: '*influxql.BooleanLiteral',
  duration: '*influxql.DurationLiteral',
  time: '*influxql.TimeLiteral',
  regex: '*influxql.RegexLiteral',
  nil: '*influxql.nilLiteral',
  list: '*influxql.ListLiteral',
  wildcard: '*influxql.Wildcard',
  distinct: '*influxql.Distinct',
}
