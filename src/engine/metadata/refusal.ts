/** Rows of a parsed batch that may not be stored, with the reason InfluxDB gives. */

export interface Refusal {
  /**
   * `series`: the series would exceed a limit. `field-type`: a field has another type than its shard group knows.
   * `shard-group`: everything the request has for one shard group. `retention`: older than the policy keeps.
   */
  readonly kind: 'series' | 'field-type' | 'shard-group' | 'retention'
  readonly rowCount: number
  readonly reason: string
}
