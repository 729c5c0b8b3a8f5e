/**
 * Nelder and Mead's downhill simplex: finds the arguments for which a function is least by moving the worst corner of a
 * simplex through the centre of the others. Coefficients, order of the steps and the end are those of the textbook, and
 * of InfluxDB; the objective may change the arguments it is given, and what it leaves in them counts.
 */

export interface Minimum {
  readonly value: number
  readonly at: Float64Array
}

export interface SearchOptions {
  /** Length of the simplex' edges at the start. */
  readonly scale: number
  /** The search ends when the values at the corners deviate by less from their mean. */
  readonly tolerance: number
}

export type Objective = (at: Float64Array) => number

const ITERATION_COUNT_MAX = 1000
const REFLECTION = 1
const CONTRACTION = 0.5
const EXPANSION = 2

/** Yields after every step how many times it called the objective. */
export function* minimise(
  objective: Objective,
  start: Float64Array,
  { scale, tolerance }: SearchOptions,
): Generator<number, Minimum> {
  const corners = startSimplex(start, scale)
  const values = corners.map(objective)
  for (let step = 0; step < ITERATION_COUNT_MAX; step++) {
    yield moveWorst(objective, corners, values)
    if (deviation(values) < tolerance) break
  }
  const best = corners[rank(values).best]
  const at = best.slice()
  return { value: objective(best), at }
}

function startSimplex(start: Float64Array, scale: number): Float64Array[] {
  const size = start.length
  const root = Math.sqrt(size + 1) - 1
  const far = (scale * (root + size)) / (size * Math.SQRT2)
  const near = (scale * root) / (size * Math.SQRT2)
  const others = Array.from({ length: size }, (_, corner) =>
    start.map((value, i) => (i === corner ? far : near) + value),
  )
  return [start.slice(), ...others]
}

interface Ranks {
  readonly best: number
  readonly worst: number
  readonly secondWorst: number
}

function rank(values: readonly number[]): Ranks {
  let best = 0
  let worst = 0
  for (let i = 1; i < values.length; i++) {
    if (values[i] < values[best]) best = i
    if (values[i] > values[worst]) worst = i
  }
  let secondWorst = best
  for (let i = 0; i < values.length; i++) {
    if (values[i] > values[secondWorst] && values[i] < values[worst]) secondWorst = i
  }
  return { best, worst, secondWorst }
}

/** One step; returns how many times the objective was called. */
function moveWorst(objective: Objective, corners: Float64Array[], values: number[]): number {
  const ranks = rank(values)
  const { best, worst, secondWorst } = ranks
  const replace = (at: Float64Array, value: number): void => {
    corners[worst] = at
    values[worst] = value
  }
  const centre = centreWithout(corners, worst)
  const reflected = along(centre, corners[worst], -REFLECTION)
  const reflectedValue = objective(reflected)
  if (reflectedValue < values[best]) {
    const expanded = along(centre, reflected, EXPANSION)
    const expandedValue = objective(expanded)
    if (expandedValue < reflectedValue) replace(expanded, expandedValue)
    else replace(reflected, reflectedValue)
    return 2
  }
  if (reflectedValue < values[secondWorst]) {
    replace(reflected, reflectedValue)
    return 1
  }
  const towards = reflectedValue < values[worst] ? reflected : corners[worst]
  const contracted = along(centre, towards, CONTRACTION)
  const contractedValue = objective(contracted)
  if (contractedValue < values[worst]) {
    replace(contracted, contractedValue)
    return 2
  }
  shrink(objective, corners, values, ranks)
  return 4
}

/** The point at `factor` times the way from `centre` to `corner`. */
function along(centre: Float64Array, corner: Float64Array, factor: number): Float64Array {
  const out = new Float64Array(centre.length)
  for (let i = 0; i < out.length; i++) out[i] = centre[i] + factor * (corner[i] - centre[i])
  return out
}

function centreWithout(corners: readonly Float64Array[], worst: number): Float64Array {
  const size = corners[0].length
  const centre = new Float64Array(size)
  for (let i = 0; i < size; i++) {
    let sum = 0
    for (let corner = 0; corner < corners.length; corner++) if (corner !== worst) sum += corners[corner][i]
    centre[i] = sum / size
  }
  return centre
}

/** All corners halfway to the best; only the two worst are looked at again. */
function shrink(objective: Objective, corners: Float64Array[], values: number[], { best, worst, secondWorst }: Ranks) {
  const target = corners[best]
  for (let corner = 0; corner < corners.length; corner++) {
    if (corner === best) continue
    const at = corners[corner]
    for (let i = 0; i < at.length; i++) at[i] = target[i] + (at[i] - target[i]) / 2
  }
  values[worst] = objective(corners[worst])
  values[secondWorst] = objective(corners[secondWorst])
}

function deviation(values: readonly number[]): number {
  let sum = 0
  for (const value of values) sum += value
  const mean = sum / values.length
  let squares = 0
  for (const value of values) squares += (value - mean) ** 2 / (values.length - 1)
  return Math.sqrt(squares)
}
