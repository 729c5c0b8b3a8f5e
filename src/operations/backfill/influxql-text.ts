/** The statements a backfill asks, with names quoted. Pure text. */

import type { TimeRange } from './time-ranges.js'

const TIME_NS_MIN = -9_223_372_036_854_775_806n
const TIME_NS_MAX = 9_223_372_036_854_775_806n

export function quoteName(name: string): string {
  return `"${name.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`
}

export function quoteText(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`
}

export interface SelectParts {
  readonly retentionPolicy: string
  readonly measurement: string
  /** Names, each taken as a field even when a tag has the same. */
  readonly fields: readonly string[]
  readonly range: TimeRange
}

/** Every row of a slice, series by series. */
export function selectRowsText({ fields, ...place }: SelectParts): string {
  return selectSeriesText(fields.map((name) => `${quoteName(name)}::field`).join(', '), place)
}

/** `selection`: what stands between SELECT and FROM. */
export function selectSeriesText(selection: string, place: Omit<SelectParts, 'fields'>): string {
  return `SELECT ${selection} ${fromText(place)} GROUP BY *`
}

/** Per field the number of values, as `c0`, `c1`, …. */
export function selectCountsText({ fields, ...place }: SelectParts): string {
  const counts = fields.map((name, i) => `count(${quoteName(name)}::field) AS "c${i}"`)
  return `SELECT ${counts.join(', ')} ${fromText(place)}`
}

function fromText({ retentionPolicy, measurement, range }: Omit<SelectParts, 'fields'>): string {
  const startNs = range.startNs < TIME_NS_MIN ? TIME_NS_MIN : range.startNs
  const lastNs = range.endNs - 1n > TIME_NS_MAX ? TIME_NS_MAX : range.endNs - 1n
  return `FROM ${quoteName(retentionPolicy)}.${quoteName(measurement)} WHERE time >= ${startNs} AND time <= ${lastNs}`
}
