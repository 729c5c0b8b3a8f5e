/** The shape of an answer to `/query`, as parsed from JSON. */

export type AnswerValue = string | number | bigint | boolean | null

export interface AnswerSeries {
  readonly name?: string
  readonly tags?: Readonly<Record<string, string>>
  readonly columns: readonly string[]
  readonly values?: readonly (readonly AnswerValue[])[]
  /** The next document goes on with the same series. */
  readonly partial?: boolean
}

export interface AnswerResult {
  readonly statement_id?: number
  readonly series?: readonly AnswerSeries[]
  readonly messages?: readonly { readonly level: string; readonly text: string }[]
  readonly error?: string
  readonly partial?: boolean
}

export interface QueryAnswer {
  readonly results?: readonly AnswerResult[]
  readonly error?: string
}
