/** How many questions of each kind had the same answer; printed as a table. */

import { QUESTION_KINDS, type QuestionKind } from './generate-question.js'
import type { Verdict } from './server-pair.js'

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
    const lines = ['kind        asked  identical  but for ties  differing  identical %']
    for (const kind of QUESTION_KINDS) {
      const counts = this.#counts.get(kind)
      if (counts === undefined) continue
      for (const verdict of ['identical', 'ties', 'differs'] as const) all[verdict] += counts[verdict]
      lines.push(row(kind, counts))
    }
    return [...lines, row('all', all)].join('\n')
  }
}

function none(): Counts {
  return { identical: 0, ties: 0, differs: 0 }
}

function row(title: string, { identical, ties, differs }: Counts): string {
  const asked = identical + ties + differs
  const percent = asked === 0 ? '' : (((identical + ties) / asked) * 100).toFixed(2)
  const cells = [String(asked).padStart(5), String(identical).padStart(9), String(ties).padStart(12)]
  return [title.padEnd(10), ...cells, String(differs).padStart(9), percent.padStart(11)].join('  ')
}
