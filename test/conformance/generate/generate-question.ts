/** What a data set is asked, by kind. Each question comes from a seed of its own and can be asked alone. */

import type { Random } from '../harness/random.js'
import { breakStatement } from './break-statement.js'
import { generateChange, generateMetadata, looksAtData, looksAtMetadata } from './generate-change.js'
import type { DataShape } from './generate-data.js'
import { generateSelect } from './generate-select.js'
import { generateShow } from './generate-show.js'
import { type Phrase, printPhrase } from './phrase.js'

export const QUESTION_KINDS = ['select', 'show', 'change', 'metadata', 'broken'] as const
export type QuestionKind = (typeof QUESTION_KINDS)[number]

export interface Question {
  readonly kind: QuestionKind
  /** Asked in turn; every answer counts. */
  readonly statements: readonly Phrase[]
  readonly epoch: string
  /** It may change data or metadata, and needs a database of its own. */
  readonly isChange: boolean
}

const EPOCHS = ['', '', 'ns', 's', 'ms', 'u', 'm', 'h']
const IN_TEN: readonly QuestionKind[] = [
  'select',
  'select',
  'select',
  'select',
  'select',
  'show',
  'show',
  'broken',
  'broken',
  'other',
].map((kind) => kind as QuestionKind)

export function generateQuestion(random: Random, shape: DataShape): Question {
  const epoch = random.pick(EPOCHS)
  const drawn: string = random.pick(IN_TEN)
  const kind = drawn === 'other' ? random.pick(['change', 'metadata'] as const) : (drawn as QuestionKind)
  return { kind, epoch, ...questionOf(random, shape, kind) }
}

function questionOf(random: Random, shape: DataShape, kind: QuestionKind): Pick<Question, 'statements' | 'isChange'> {
  switch (kind) {
    case 'select':
      return { statements: [generateSelect(random, shape)], isChange: false }
    case 'show':
      return { statements: [generateShow(random, shape)], isChange: false }
    case 'change': {
      const changes = Array.from({ length: 1 + random.below(3) }, () => [
        generateChange(random, shape),
        ...looksAtData(random, shape),
      ])
      return { statements: changes.flat(), isChange: true }
    }
    case 'metadata': {
      const changes = Array.from({ length: 3 + random.below(6) }, () => generateMetadata(random))
      return { statements: [...changes, ...looksAtMetadata()], isChange: true }
    }
    case 'broken':
      return brokenQuestion(random, shape)
  }
}

function brokenQuestion(random: Random, shape: DataShape): Pick<Question, 'statements' | 'isChange'> {
  const whole = random.pick([
    () => generateSelect(random, shape),
    () => generateSelect(random, shape),
    () => generateShow(random, shape),
    () => generateChange(random, shape),
    () => generateMetadata(random),
  ])()
  let broken = breakStatement(random, printPhrase(whole))
  while (!isAskable(printPhrase(broken))) broken = breakStatement(random, printPhrase(whole))
  const isChange = !/^(SELECT|SHOW)\b/.test(printPhrase(broken)) || /\bINTO\b/.test(printPhrase(broken))
  return { statements: [broken], isChange }
}

/** Windows without bounds would reach from the first point to the present. */
export function isAskable(text: string): boolean {
  const count = (pattern: RegExp): number => text.match(pattern)?.length ?? 0
  const windowCount = count(/\btime\(\s*\d/gi)
  return count(/\btime >/g) >= windowCount && count(/\btime </g) >= windowCount
}
