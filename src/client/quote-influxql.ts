/** Names and texts as they stand in InfluxQL. Always quoted: a name may be a keyword or hold anything. */

export function quoteName(name: string): string {
  return `"${name.replace(/[\\"\n]/g, escapeCharacter)}"`
}

export function quoteText(text: string): string {
  return `'${text.replace(/[\\'\n]/g, escapeCharacter)}'`
}

function escapeCharacter(character: string): string {
  return character === '\n' ? '\\n' : `\\${character}`
}
