/** LIMIT and OFFSET on a list of rows; a limit of 0 means none. */

export interface Page {
  readonly limit: number
  readonly offset: number
}

export function pageOf(values: readonly string[], { limit, offset }: Page): string[] {
  return values.slice(offset, limit > 0 ? offset + limit : undefined)
}
