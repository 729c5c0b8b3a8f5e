/** A CSV field as Go's encoding/csv quotes it: only when a comma, quote, line end or leading space needs it. */
export function csvField(text: string): string {
  if (text === '') return ''
  if (text !== '\\.' && !/[",\r\n]|^[\s\u0085\u00a0]/.test(text)) return text
  return `"${text.replaceAll('"', '""')}"`
}
