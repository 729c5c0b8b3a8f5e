/**
 * Points that are well-formed but may not be stored. InfluxDB counts them all and gives one reason: what is wrong with
 * series keys is looked at first, then the limit of series, then fields.
 */

export type DropStage = 'key' | 'series-limit' | 'field'

const STAGES: readonly DropStage[] = ['key', 'series-limit', 'field']

export class PointDrops {
  #count = 0
  readonly #reasons = new Map<DropStage, string>()

  get count(): number {
    return this.#count
  }

  /** The one to tell the client; '' when nothing was dropped. */
  get reason(): string {
    for (const stage of STAGES) {
      const reason = this.#reasons.get(stage)
      if (reason !== undefined) return reason
    }
    return ''
  }

  add(stage: DropStage, reason: string): void {
    this.#count++
    if (!this.#reasons.has(stage)) this.#reasons.set(stage, reason)
  }

  /** More points that go for the reason added last. */
  addCount(count: number): void {
    this.#count += count
  }
}
