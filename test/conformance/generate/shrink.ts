/**
 * Makes a failure small. A case is what the servers were given and asked; a smaller one counts when `differs` says that
 * they still do not agree. Statements lose clauses, sources, arguments and subexpressions; points go by bisection, then
 * tags and fields one by one.
 */

import type { Point } from './generate-data.js'
import { type Phrase, printPhrase, simplerPhrases } from './phrase.js'

export interface ShrinkCase {
  /** Asked one after the other. */
  readonly statements: readonly Phrase[]
  readonly points: readonly Point[]
}

/** Must be repeatable. */
export type Differs = (candidate: ShrinkCase) => Promise<boolean>

/** Statements first: a small question is asked faster, and needs less data. Twice, as less data allows a smaller one. */
export async function shrinkCase(found: ShrinkCase, differs: Differs): Promise<ShrinkCase> {
  const ofStatements = await shrinkStatements(found, differs)
  const ofPoints = await shrinkPoints(ofStatements, differs)
  return shrinkStatements(ofPoints, differs)
}

async function shrinkStatements(found: ShrinkCase, differs: Differs): Promise<ShrinkCase> {
  let { statements } = found
  statements = await dropRuns(statements, (kept) => differs({ ...found, statements: kept }))
  for (let at = 0; at < statements.length; at++) {
    const smallest = await shrinkPhrase(statements[at], (phrase) =>
      differs({ ...found, statements: statements.with(at, phrase) }),
    )
    statements = statements.with(at, smallest)
  }
  return { ...found, statements }
}

/** Each step prints shorter than the one before, so this ends. */
export async function shrinkPhrase(phrase: Phrase, differs: (smaller: Phrase) => Promise<boolean>): Promise<Phrase> {
  const tried = new Set<string>()
  for (let isSmaller = true; isSmaller; ) {
    isSmaller = false
    const length = printPhrase(phrase).length
    for (const smaller of simplerPhrases(phrase)) {
      const text = printPhrase(smaller)
      if (text.length >= length || tried.has(text)) continue
      tried.add(text)
      if (!(await differs(smaller))) continue
      phrase = smaller
      isSmaller = true
      break
    }
  }
  return phrase
}

async function shrinkPoints(found: ShrinkCase, differs: Differs): Promise<ShrinkCase> {
  let points = await dropRuns(found.points, (kept) => differs({ ...found, points: kept }))
  for (let at = 0; at < points.length; at++) {
    const smallest = await shrinkPoint(points[at], (point) => differs({ ...found, points: points.with(at, point) }))
    points = points.with(at, smallest)
  }
  return { ...found, points }
}

async function shrinkPoint(point: Point, differs: (smaller: Point) => Promise<boolean>): Promise<Point> {
  for (const smaller of smallerPoints(point)) {
    if (await differs({ ...point, ...smaller })) return shrinkPoint({ ...point, ...smaller }, differs)
  }
  return point
}

function* smallerPoints(point: Point): Generator<Partial<Point>> {
  if (point.tags.length > 0) yield { tags: [] }
  for (let at = 0; at < point.tags.length && point.tags.length > 1; at++) yield { tags: point.tags.toSpliced(at, 1) }
  for (let at = 0; at < point.fields.length && point.fields.length > 1; at++) yield { fields: [point.fields[at]] }
  for (let at = 0; at < point.fields.length && point.fields.length > 2; at++) {
    yield { fields: point.fields.toSpliced(at, 1) }
  }
}

/** Drops ever smaller runs of items; at least one remains. */
async function dropRuns<T>(
  items: readonly T[],
  differs: (kept: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  for (let size = Math.ceil(items.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let start = 0; start < items.length && items.length > 1; ) {
      const kept = items.toSpliced(start, size)
      if (kept.length > 0 && (await differs(kept))) items = kept
      else start += size
    }
  }
  return items
}
