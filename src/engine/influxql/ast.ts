/**
 * The tree of InfluxQL 1.8. Plain data, unions on `kind`; the parser makes it, the printer turns it back into canonical
 * text, the query stage reads it. Numbers that InfluxQL treats as 64-bit are bigint; durations and times are in ns.
 */

/** A type after `::`; `field` and `tag` only say which kind of column is meant. */
export type CastType = 'float' | 'integer' | 'unsigned' | 'string' | 'boolean' | 'field' | 'tag' | 'time' | 'duration'

export type BinaryOperator =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '&'
  | '|'
  | '^'
  | '='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | '=~'
  | '!~'
  | 'AND'
  | 'OR'

export type Expr =
  | { readonly kind: 'varref'; readonly name: string; readonly type: CastType | null }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expr[] }
  | { readonly kind: 'binary'; readonly op: BinaryOperator; readonly lhs: Expr; readonly rhs: Expr }
  | { readonly kind: 'paren'; readonly expr: Expr }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'integer'; readonly value: bigint }
  | { readonly kind: 'unsigned'; readonly value: bigint }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'duration'; readonly ns: bigint }
  /** Only made by normalisation: a string or number known to be a time. */
  | { readonly kind: 'time'; readonly ns: bigint }
  | { readonly kind: 'regex'; readonly source: string }
  | { readonly kind: 'nil' }
  | { readonly kind: 'list'; readonly values: readonly string[] }
  | { readonly kind: 'wildcard'; readonly type: 'field' | 'tag' | null }
  | { readonly kind: 'distinct'; readonly name: string }

export interface MeasurementRef {
  readonly kind: 'measurement'
  readonly database: string
  readonly retentionPolicy: string
  readonly name: string
  /** RE2 source between the slashes, or null when `name` counts. */
  readonly regex: string | null
  /** `INTO db.rp.:MEASUREMENT`. */
  readonly isTarget?: boolean
}

export interface SubQuery {
  readonly kind: 'subquery'
  readonly statement: SelectStatement
}

export type Source = MeasurementRef | SubQuery

export interface SelectField {
  readonly expr: Expr
  readonly alias: string
}

export interface SortField {
  readonly name: string
  readonly isAscending: boolean
}

export type FillMode =
  | { readonly kind: 'null' }
  | { readonly kind: 'none' }
  | { readonly kind: 'previous' }
  | { readonly kind: 'linear' }
  | { readonly kind: 'number'; readonly value: number | bigint }

export interface SelectStatement {
  readonly kind: 'select'
  readonly fields: readonly SelectField[]
  /** `INTO` target. */
  readonly target: MeasurementRef | null
  readonly sources: readonly Source[]
  readonly condition: Expr | null
  /** GROUP BY entries as written: varref, wildcard, regex, or call `time(d[, offset])`. */
  readonly dimensions: readonly Expr[]
  /** null = no fill(), or fill(null), which InfluxDB's parser does not tell apart. */
  readonly fill: FillMode | null
  readonly sortFields: readonly SortField[]
  /** 0 = no limit. */
  readonly limit: number
  readonly offset: number
  readonly seriesLimit: number
  readonly seriesOffset: number
  /** IANA name from tz('…'), or null. */
  readonly timeZone: string | null
}

/** The clauses that most SHOW statements share. */
export interface ShowClauses {
  readonly database: string
  readonly sources: readonly Source[]
  readonly condition: Expr | null
  readonly sortFields: readonly SortField[]
  readonly limit: number
  readonly offset: number
}

export interface CardinalityClauses extends ShowClauses {
  readonly isExact: boolean
  readonly dimensions: readonly Expr[]
}

export interface RetentionPolicyOptions {
  readonly durationNs: bigint | null
  readonly replication: number | null
  readonly shardDurationNs: bigint | null
  readonly isDefault: boolean
}

/** WITH KEY of SHOW TAG VALUES: a string for = and !=, a list for IN, a regex for =~ and !~. */
export interface TagKeyFilter {
  readonly op: '=' | '!=' | '=~' | '!~' | 'IN'
  readonly expr: Expr
}

export type Privilege = 'READ' | 'WRITE' | 'ALL PRIVILEGES'

export type Statement =
  | SelectStatement
  | { readonly kind: 'explain'; readonly statement: SelectStatement; readonly isAnalyze: boolean }
  | { readonly kind: 'delete'; readonly sources: readonly Source[]; readonly condition: Expr | null }
  | { readonly kind: 'show-databases' }
  | ({ readonly kind: 'show-measurements'; readonly with: MeasurementRef | null } & ShowClauses)
  | ({ readonly kind: 'show-series' } & ShowClauses)
  | ({ readonly kind: 'show-tag-keys'; readonly seriesLimit: number; readonly seriesOffset: number } & ShowClauses)
  | ({ readonly kind: 'show-tag-values'; readonly keyFilter: TagKeyFilter } & ShowClauses)
  | ({ readonly kind: 'show-field-keys' } & ShowClauses)
  | ({ readonly kind: 'show-series-cardinality' } & CardinalityClauses)
  | ({ readonly kind: 'show-measurement-cardinality' } & CardinalityClauses)
  | ({ readonly kind: 'show-tag-key-cardinality' } & CardinalityClauses)
  | ({ readonly kind: 'show-tag-values-cardinality'; readonly keyFilter: TagKeyFilter } & CardinalityClauses)
  | ({ readonly kind: 'show-field-key-cardinality' } & CardinalityClauses)
  | { readonly kind: 'show-retention-policies'; readonly database: string }
  | { readonly kind: 'show-continuous-queries' }
  | { readonly kind: 'show-users' }
  | { readonly kind: 'show-grants'; readonly user: string }
  | { readonly kind: 'show-queries' }
  | { readonly kind: 'show-shards' }
  | { readonly kind: 'show-shard-groups' }
  | { readonly kind: 'show-stats'; readonly module: string }
  | { readonly kind: 'show-diagnostics'; readonly module: string }
  | { readonly kind: 'show-subscriptions' }
  | {
      readonly kind: 'create-database'
      readonly name: string
      readonly policy: (RetentionPolicyOptions & { readonly name: string }) | null
    }
  | { readonly kind: 'drop-database'; readonly name: string }
  | ({
      readonly kind: 'create-retention-policy'
      readonly name: string
      readonly database: string
    } & RetentionPolicyOptions)
  | ({
      readonly kind: 'alter-retention-policy'
      readonly name: string
      readonly database: string
    } & RetentionPolicyOptions)
  | { readonly kind: 'drop-retention-policy'; readonly name: string; readonly database: string }
  | { readonly kind: 'drop-measurement'; readonly name: string }
  | { readonly kind: 'drop-series'; readonly sources: readonly Source[]; readonly condition: Expr | null }
  | { readonly kind: 'drop-shard'; readonly id: bigint }
  | {
      readonly kind: 'create-continuous-query'
      readonly name: string
      readonly database: string
      readonly source: SelectStatement
      readonly resampleEveryNs: bigint
      readonly resampleForNs: bigint
    }
  | { readonly kind: 'drop-continuous-query'; readonly name: string; readonly database: string }
  | {
      readonly kind: 'create-subscription'
      readonly name: string
      readonly database: string
      readonly retentionPolicy: string
      readonly mode: 'ALL' | 'ANY'
      readonly destinations: readonly string[]
    }
  | {
      readonly kind: 'drop-subscription'
      readonly name: string
      readonly database: string
      readonly retentionPolicy: string
    }
  | { readonly kind: 'create-user'; readonly name: string; readonly password: string; readonly isAdmin: boolean }
  | { readonly kind: 'drop-user'; readonly name: string }
  | { readonly kind: 'set-password'; readonly name: string; readonly password: string }
  | { readonly kind: 'grant'; readonly privilege: Privilege; readonly database: string; readonly user: string }
  | { readonly kind: 'grant-admin'; readonly user: string }
  | { readonly kind: 'revoke'; readonly privilege: Privilege; readonly database: string; readonly user: string }
  | { readonly kind: 'revoke-admin'; readonly user: string }
  | { readonly kind: 'kill-query'; readonly queryId: bigint; readonly host: string }
