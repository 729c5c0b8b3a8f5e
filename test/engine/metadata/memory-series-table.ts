/** A series table for tests: plain arrays. */

import { compareBytewise } from '../../../src/engine/domain/compare-bytewise.js'
import { type SeriesId, seriesIdOf } from '../../../src/engine/metadata/series-id.js'
import type { SeriesTable, Tag } from '../../../src/engine/metadata/series-table.js'

export class MemorySeriesTable implements SeriesTable {
  readonly #ordinals = new Map<string, number>()
  readonly #series: { measurement: string; tags: readonly Tag[] }[] = []

  get count(): number {
    return this.#series.length
  }

  intern(measurement: string, tags: readonly Tag[]): number {
    const sorted = [...tags].sort((a, b) => compareBytewise(a[0], b[0]))
    const key = JSON.stringify([measurement, sorted])
    const known = this.#ordinals.get(key)
    if (known !== undefined) return known
    this.#series.push({ measurement, tags: sorted })
    this.#ordinals.set(key, this.#series.length - 1)
    return this.#series.length - 1
  }

  measurementOf(ordinal: number): string {
    return this.#series[ordinal].measurement
  }

  tagsOf(ordinal: number): readonly Tag[] {
    return this.#series[ordinal].tags
  }

  keyOf(ordinal: number): Uint8Array {
    const { measurement, tags } = this.#series[ordinal]
    const escaped = tags.map(([key, value]) => `,${escapeTag(key)}=${escapeTag(value)}`)
    return Buffer.from(measurement.replace(/[, ]/g, '\\$&') + escaped.join(''))
  }

  idOf(ordinal: number): SeriesId {
    return seriesIdOf(this.keyOf(ordinal))
  }
}

function escapeTag(text: string): string {
  return text.replace(/[,= ]/g, '\\$&')
}
