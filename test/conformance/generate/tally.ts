/** How many questions of each kind had the same answer; printed as a table. */

import { QUESTION_KINDS, type QuestionKind } from './generate-question.js'
import type { Verdict } from './servers.js'

type Counts = Record<Verdict['kind'], number>

export class Tally {
  readonly #counts = new Map<QuestionKind, Counts>()

  count(kind: QuestionKind, verdict: Verdict['kind']): void {
    const counts = this.#counts.get(kind) ?? none()
    counts[verdict]++
    this.#counts.set(kind, counts)
  }

  print(): string {
    const all = none()
    const lines = ['kind        asked  identical  other index  open order  differing  identical %  (influxd panicked)']
    for (const kind of QUESTION_KINDS) {
      const counts = this.#counts.get(kind)
      if (counts === undefined) continue
      for (const verdict of Object.keys(all) as Verdict['kind'][]) all[verdict] += counts[verdict]
      lines.push(row(kind, counts))
    }
    return [...lines, row('all', all)].join('\n')
  }
}

function none(): Counts {
  return { identical: 0, index: 0, order: 0, differs: 0, panic: 0 }
}

/** What influxd has no answer to is not counted as asked. */
function row(title: string, { identical, index, order, differs, panic }: Counts): string {
  const asked = identical + index + order + differs
  const percent = asked === 0 ? '' : (((asked - differs) / asked) * 100).toFixed(2)
  const cells = [asked, identical, index, order, differs, percent, panic]
  const widths = [5, 9, 11, 10, 9, 11, 20]
  return [title.padEnd(10), ...cells.map((cell, at) => String(cell).padStart(widths[at]))].join('  ')
}
