/**
 * The series that a condition leaves → groups by the values of the GROUP BY tags, in the order in which InfluxDB
 * answers with them. A missing tag has the value ''. SLIMIT and SOFFSET cut here, before any row is read.
 */

import { compareBytewise } from '../domain/compare-bytewise.js'
import type { SeriesSelection } from '../metadata/series-index.js'
import type { ScanGroup, ScanPart } from './scan.js'

export interface TagSetGroup extends ScanGroup {
  /** Values of the GROUP BY tags, in bytewise order of the keys. */
  readonly values: readonly string[]
}

export interface GroupOptions {
  /** GROUP BY tags as written. */
  readonly dimensions: readonly string[]
  readonly isDescending: boolean
  readonly seriesLimit: number
  readonly seriesOffset: number
}

/** `tagReader` as of the series index. */
export function groupSeries(
  selections: readonly SeriesSelection[],
  tagReader: (key: string) => (ordinal: number) => string,
  options: GroupOptions,
): readonly TagSetGroup[] {
  const { dimensions, isDescending } = options
  if (selections.length === 0) return []
  if (dimensions.length === 0) return cut([{ values: [], parts: selections.map(wholePart) }], [], options)
  const keys = [...dimensions].sort(compareBytewise)
  const groups = cut([...collect(selections, keys.map(tagReader)).values()], keys, options).sort((a, b) =>
    compareValues(a.values, b.values),
  )
  return isDescending ? groups.reverse() : groups
}

function wholePart({ series, residual }: SeriesSelection): ScanPart {
  return { series, filter: residual }
}

function collect(
  selections: readonly SeriesSelection[],
  readers: readonly ((ordinal: number) => string)[],
): Map<string, TagSetGroup> {
  const groups = new Map<string, { values: readonly string[]; parts: ScanPart[] }>()
  for (const { series, residual } of selections) {
    const members = new Map<string, number[]>()
    for (const ordinal of series) {
      const values = readers.map((read) => read(ordinal))
      const id = values.length === 1 ? values[0] : values.join('\0')
      const known = members.get(id)
      if (known === undefined) {
        members.set(id, [ordinal])
        if (!groups.has(id)) groups.set(id, { values, parts: [] })
      } else {
        known.push(ordinal)
      }
    }
    for (const [id, ordinals] of members) {
      groups.get(id)!.parts.push({ series: Uint32Array.from(ordinals), filter: residual })
    }
  }
  return groups
}

export function compareValues(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < a.length; i++) {
    const order = compareBytewise(a[i], b[i])
    if (order !== 0) return order
  }
  return 0
}

/** SLIMIT counts groups in an order of its own: by the keys of the tags that are there, then by their values.
 * SOFFSET without SLIMIT leaves nothing (influxd 1.6.7). */
function cut(
  groups: TagSetGroup[],
  keys: readonly string[],
  { seriesLimit, seriesOffset }: GroupOptions,
): TagSetGroup[] {
  if (seriesLimit === 0 && seriesOffset === 0) return groups
  const ordered = groups
    .map((group) => ({ group, order: limitOrder(keys, group.values) }))
    .sort((a, b) => compareBytewise(a.order, b.order))
  return ordered.slice(seriesOffset, seriesOffset + seriesLimit).map(({ group }) => group)
}

function limitOrder(keys: readonly string[], values: readonly string[]): string {
  const isPresent = (_: string, i: number): boolean => values[i] !== ''
  return [...keys.filter(isPresent), ...values.filter(isPresent)].join('|')
}
