/** Series by the values of the tags that GROUP BY names; a tag that a series does not have counts as ''. */

import { compareBytewise } from '../../domain/compare-bytewise.js'
import { compileRegex } from '../../domain/compile-regex.js'
import type { Expr } from '../../influxql/ast.js'
import type { Tag } from '../../metadata/series-table.js'

export interface TagSetGroup {
  /** Equal for equal tag sets. */
  readonly id: string
  readonly tags: readonly Tag[]
  /** Ordinals. */
  readonly series: readonly number[]
}

/** In the order of the tag values; without GROUP BY one group, and none at all without series. */
export function groupSeriesByTags(
  series: readonly number[],
  names: readonly string[],
  tagReader: (key: string) => (ordinal: number) => string,
): readonly TagSetGroup[] {
  const readers = names.map(tagReader)
  const groups = new Map<string, TagSetGroup & { readonly series: number[] }>()
  for (const ordinal of series) {
    const tags = names.map((name, i): Tag => [name, readers[i](ordinal)])
    const id = tags.map(([, value]) => value).join('\0')
    const group = groups.get(id)
    if (group === undefined) groups.set(id, { id, tags, series: [ordinal] })
    else group.series.push(ordinal)
  }
  return [...groups.values()].sort((a, b) => compareBytewise(a.id, b.id))
}

/** The tags that GROUP BY means, sorted; wildcards and regexes choose among `tagKeys`. */
export function dimensionNames(dimensions: readonly Expr[], tagKeys: readonly string[]): readonly string[] {
  const names = new Set<string>()
  for (const dimension of dimensions) {
    if (dimension.kind === 'varref') names.add(dimension.name)
    if (dimension.kind === 'wildcard') for (const key of tagKeys) names.add(key)
    if (dimension.kind === 'regex') {
      const regex = compileRegex(dimension.source)
      for (const key of tagKeys) if (regex.test(key)) names.add(key)
    }
  }
  return [...names].sort(compareBytewise)
}
