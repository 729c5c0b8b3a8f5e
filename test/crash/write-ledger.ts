/**
 * What one writer sent and what was acknowledged, and the check of a server's rows against it. A point is a sequence
 * number; each time it is written its version grows. After a crash a point may have any version that was sent, but never
 * an older one than was acknowledged.
 */

export interface Row {
  readonly sequence: number
  readonly version: number
}

export class WriteLedger {
  /** Index = sequence; 0 = never. */
  readonly #sent: number[] = []
  readonly #acknowledged: number[] = []

  get sentCount(): number {
    return this.#sent.length
  }

  get acknowledgedCount(): number {
    return this.#acknowledged.reduce((count, version) => (version > 0 ? count + 1 : count), 0)
  }

  /** Rows for the next write: new points, or the points from `start` on again with a higher version. */
  next(start: number, count: number): Row[] {
    return Array.from({ length: count }, (_, index) => {
      const sequence = start + index
      const version = (this.#sent[sequence] ?? 0) + 1
      this.#sent[sequence] = version
      return { sequence, version }
    })
  }

  acknowledge(rows: readonly Row[]): void {
    for (const { sequence, version } of rows) {
      this.#acknowledged[sequence] = Math.max(this.#acknowledged[sequence] ?? 0, version)
    }
  }

  /** What is wrong with the rows that a server answered; empty when nothing is. */
  check(rows: readonly Row[]): string[] {
    const faults: string[] = []
    const found = new Map<number, number>()
    for (const { sequence, version } of rows) {
      if (found.has(sequence)) faults.push(`point ${sequence} is there twice`)
      found.set(sequence, version)
      if (!(version >= 1 && version <= (this.#sent[sequence] ?? 0))) {
        faults.push(`point ${sequence} has version ${version}, which was never written`)
      }
    }
    this.#acknowledged.forEach((version, sequence) => {
      const actual = found.get(sequence)
      if (actual === undefined) faults.push(`point ${sequence}, acknowledged, is lost`)
      else if (actual < version) faults.push(`point ${sequence} went back from version ${version} to ${actual}`)
    })
    return faults
  }
}
