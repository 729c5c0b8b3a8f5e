/**
 * A command's description → what it is about, and how it ends. The codes stand behind `EXIT CODES`, three spaces or a new
 * line between them. Pure text.
 */

export interface DescriptionParts {
  readonly about: string
  readonly exits: readonly ExitLine[]
}

export interface ExitLine {
  /** A number, or `always`. */
  readonly code: string
  readonly meaning: string
}

const HEADING = /(?:^|\n)EXIT CODES\n/

export function splitDescription(description: string): DescriptionParts {
  const [about, exits = ''] = description.split(HEADING)
  const items = exits
    // A line that does not begin with a code goes on with the one before.
    .replace(/\n\s*(?!\s*\d+ )/g, ' ')
    .split(/ {3,}(?=\d+ )|\n\s*/)
    .map((item) => /^\s*(\d+) (.*)$/s.exec(item))
  return {
    about: about.trim(),
    exits: items.flatMap((match) => (match === null ? [] : [{ code: match[1], meaning: match[2].trim() }])),
  }
}
