/** How long work ended that may have left something out: for people, for machines, and for scripts. */

export interface OperationSummary {
  readonly lines: readonly string[]
  readonly document: Record<string, unknown>
  readonly exitCode: number
}
