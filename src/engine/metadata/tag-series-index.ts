/**
 * The series index of one database, in memory: per measurement the series, per tag key and value a posting list. It
 * holds ordinals of a `SeriesTable`; names and tags are read from there. Filled on the write path (new series only) and
 * in bulk at start.
 */

import { sortBytewise } from '../domain/compare-bytewise.js'
import { SortedTexts } from '../domain/sorted-texts.js'
import type { Expr } from '../influxql/ast.js'
import { foldCondition, tagNamesIn } from './fold-condition.js'
import { type MatchedPart, matchSeries } from './match-series.js'
import { MeasurementSeries } from './measurement-series.js'
import type { IsField, SeriesIndex, SeriesSelection } from './series-index.js'
import { ALL_SERIES, isAll, listMembers, NO_SERIES, type SeriesSet, union } from './series-set.js'
import type { SeriesTable } from './series-table.js'
import type { TagPostings } from './tag-postings.js'

/** Reading the tags of one series costs about a microsecond. */
const NARROW_COUNT_MAX = 1000

const NO_ORDINALS = new Uint32Array(0)

export class TagSeriesIndex implements SeriesIndex {
  readonly #table: SeriesTable
  readonly #measurements = new Map<string, MeasurementSeries>()
  #names = new SortedTexts()
  /** By ordinal: 1 + its local number within the measurement; 0 = not in the index. */
  #locals = new Uint32Array(64)

  constructor(table: SeriesTable) {
    this.#table = table
  }

  add(ordinal: number): void {
    if (this.has(ordinal)) return
    const name = this.#table.measurementOf(ordinal)
    let series = this.#measurements.get(name)
    if (series === undefined) {
      series = new MeasurementSeries(name)
      this.#measurements.set(name, series)
      this.#names.add(name)
    }
    this.#setLocal(ordinal, series.add(ordinal, this.#table.keyOf(ordinal)))
  }

  has(ordinal: number): boolean {
    return ordinal < this.#locals.length && this.#locals[ordinal] !== 0
  }

  removeMeasurement(measurement: string): void {
    const series = this.#measurements.get(measurement)
    if (series === undefined) return
    for (const ordinal of series.ordinals()) this.#locals[ordinal] = 0
    this.#measurements.delete(measurement)
    this.#names = new SortedTexts()
    for (const name of this.#measurements.keys()) this.#names.add(name)
  }

  /** Fills what is left of the measurement anew, about a microsecond a series: lists of members only grow. */
  removeSeries(measurement: string, ordinals: Uint32Array): void {
    const series = this.#measurements.get(measurement)
    if (series === undefined) return
    let removedCount = 0
    for (const ordinal of ordinals) {
      if (!this.has(ordinal)) continue
      this.#locals[ordinal] = 0
      removedCount++
    }
    if (removedCount === 0) return
    if (removedCount === series.count) {
      this.removeMeasurement(measurement)
      return
    }
    const left = new MeasurementSeries(measurement)
    for (const ordinal of series.ordinals()) {
      if (this.has(ordinal)) this.#setLocal(ordinal, left.add(ordinal, this.#table.keyOf(ordinal)))
    }
    this.#measurements.set(measurement, left)
  }

  measurements(): readonly string[] {
    return this.#names.view()
  }

  seriesOf(measurement: string): Uint32Array {
    return this.#measurements.get(measurement)?.sortedOrdinals() ?? NO_ORDINALS
  }

  ordinalsOf(measurement: string): Uint32Array {
    return this.#measurements.get(measurement)?.ordinals() ?? NO_ORDINALS
  }

  seriesCount(measurement: string): number {
    return this.#measurements.get(measurement)?.count ?? 0
  }

  tagKeys(measurement: string): readonly string[] {
    return this.#measurements.get(measurement)?.tagKeys() ?? []
  }

  tagValues(measurement: string, key: string): readonly string[] {
    return this.#measurements.get(measurement)?.postingsOf(key)?.values() ?? []
  }

  tagValueCount(measurement: string, key: string): number {
    return this.#measurements.get(measurement)?.postingsOf(key)?.valueCount ?? 0
  }

  hasTagValue(measurement: string, key: string, value: string): boolean {
    return this.#measurements.get(measurement)?.postingsOf(key)?.has(value) ?? false
  }

  tagReader(measurement: string, key: string): (ordinal: number) => string {
    const series = this.#measurements.get(measurement)
    const postings = series?.postingsOf(key)
    if (series === undefined || postings === undefined) return () => ''
    return (ordinal) => {
      // Local numbers are others once series have been removed.
      if (this.#measurements.get(measurement) !== series) return tagOf(this.#table, ordinal, key)
      return series.tagValueOfLocal(this.#locals[ordinal] - 1, postings)
    }
  }

  select(measurement: string, condition: Expr | null, isField: IsField): readonly SeriesSelection[] {
    const series = this.#measurements.get(measurement)
    if (series === undefined) return []
    if (condition === null) return [{ series: series.sortedOrdinals(), residual: null }]
    return matchSeries(series, condition, isField).flatMap((part) => selectionsOf(series, part, isField))
  }

  seriesMatching(measurement: string, condition: Expr | null, isField: IsField): Uint32Array {
    const series = this.#measurements.get(measurement)
    if (series === undefined) return NO_ORDINALS
    return sortedOrdinalsOf(series, matchingSet(series, condition, isField))
  }

  seriesByTags(measurement: string, condition: Expr | null, isField: IsField): Uint32Array | null {
    const series = this.#measurements.get(measurement)
    if (series === undefined) return NO_ORDINALS
    if (condition === null) return series.ordinals().slice()
    const parts = matchSeries(series, condition, isField)
    if (parts.some(({ set, residual }) => residual !== null && listMembers(set, series.count).length > 0)) return null
    const ordinals = series.ordinals()
    const chosen = parts.reduce((set, part) => union(set, part.set), NO_SERIES)
    return listMembers(chosen, series.count).map((local) => ordinals[local])
  }

  tagKeysMatching(measurement: string, condition: Expr | null, isField: IsField): readonly string[] {
    const series = this.#measurements.get(measurement)
    if (series === undefined) return []
    const set = matchingSet(series, condition, isField)
    if (isAll(set)) return series.tagKeys()
    if (isNarrow(set)) return keysAmong(series, set.members)
    return series.tagKeys().filter((key) => series.postingsOf(key)!.hasMemberIn(set))
  }

  tagValuesMatching(
    measurement: string,
    keys: readonly string[],
    condition: Expr | null,
    isField: IsField,
  ): readonly (readonly string[])[] {
    const series = this.#measurements.get(measurement)
    if (series === undefined) return keys.map(() => [])
    const set = matchingSet(series, condition, isField)
    return keys.map((key) => {
      const postings = series.postingsOf(key)
      if (postings === undefined) return []
      return isNarrow(set) ? valuesAmong(series, postings, set.members) : postings.valuesWithin(set)
    })
  }

  #setLocal(ordinal: number, local: number): void {
    if (ordinal >= this.#locals.length) {
      const larger = new Uint32Array(Math.max(ordinal + 1, this.#locals.length * 2))
      larger.set(this.#locals)
      this.#locals = larger
    }
    this.#locals[ordinal] = local + 1
  }
}

function tagOf(table: SeriesTable, ordinal: number, key: string): string {
  return table.tagsOf(ordinal).find(([name]) => name === key)?.[1] ?? ''
}

/** So few series that asking each for its tags is cheaper than walking the values of a key. */
function isNarrow(set: SeriesSet): boolean {
  return !set.isComplement && set.members.length <= NARROW_COUNT_MAX
}

function keysAmong(series: MeasurementSeries, members: Uint32Array): readonly string[] {
  const keys = new Set<string>()
  for (const local of members) for (const [key] of series.tagsOfLocal(local)) keys.add(key)
  return sortBytewise([...keys])
}

function valuesAmong(series: MeasurementSeries, postings: TagPostings, members: Uint32Array): readonly string[] {
  const values = new Set<string>()
  for (const local of members) values.add(series.tagValueOfLocal(local, postings))
  values.delete('')
  return sortBytewise([...values])
}

function selectionsOf(series: MeasurementSeries, part: MatchedPart, isField: IsField): readonly SeriesSelection[] {
  const { set, residual } = part
  if (residual === null || tagNamesIn(residual, isField).length === 0) return selectWhole(series, part)
  return selectByTags(series, listMembers(set, series.count), residual, isField)
}

function selectWhole(series: MeasurementSeries, { set, residual }: MatchedPart): readonly SeriesSelection[] {
  const ordinals = sortedOrdinalsOf(series, set)
  return ordinals.length === 0 ? [] : [{ series: ordinals, residual }]
}

function sortedOrdinalsOf(series: MeasurementSeries, set: SeriesSet): Uint32Array {
  if (isAll(set)) return series.sortedOrdinals()
  return series.toSortedOrdinals(listMembers(set, series.count))
}

function matchingSet(series: MeasurementSeries, condition: Expr | null, isField: IsField): SeriesSet {
  if (condition === null) return ALL_SERIES
  return matchSeries(series, condition, isField).reduce((set, part) => union(set, part.set), NO_SERIES)
}

/** Splits `locals` by the values of the tags in `residual`, and puts these in. */
function selectByTags(
  series: MeasurementSeries,
  locals: Uint32Array,
  residual: Expr,
  isField: IsField,
): readonly SeriesSelection[] {
  const selections: SeriesSelection[] = []
  for (const { tagOf, members } of groupByTags(series, locals, tagNamesIn(residual, isField))) {
    const folded = foldCondition(residual, isField, tagOf)
    if (folded.kind === 'nil' || (folded.kind === 'boolean' && !folded.value)) continue
    const isAlwaysTrue = folded.kind === 'boolean'
    selections.push({
      series: series.toSortedOrdinals(Uint32Array.from(members)),
      residual: isAlwaysTrue ? null : folded,
    })
  }
  return selections
}

interface TagGroup {
  readonly tagOf: (key: string) => string
  readonly members: number[]
}

function groupByTags(series: MeasurementSeries, locals: Uint32Array, names: readonly string[]): Iterable<TagGroup> {
  const groups = new Map<string, TagGroup>()
  for (const local of locals) {
    const tags = new Map(series.tagsOfLocal(local))
    const tagOf = (key: string): string => tags.get(key) ?? ''
    const id = JSON.stringify(names.map(tagOf))
    const group = groups.get(id)
    if (group === undefined) groups.set(id, { tagOf, members: [local] })
    else group.members.push(local)
  }
  return groups.values()
}
