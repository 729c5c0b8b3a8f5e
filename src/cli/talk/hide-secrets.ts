/** A command line as it may be written down: no password, neither as a flag nor in a statement nor in an address. */

const HIDDEN = '(hidden)'
const SECRET_FLAG = /^--?password$/

export function hideSecrets(args: readonly string[]): string[] {
  return args.map((arg, index) => {
    if (index > 0 && SECRET_FLAG.test(args[index - 1])) return HIDDEN
    const [flag] = arg.split('=', 1)
    if (SECRET_FLAG.test(flag) && arg !== flag) return `${flag}=${HIDDEN}`
    // CREATE USER … WITH PASSWORD '…', SET PASSWORD FOR … = '…'
    return /\bpassword\b.*'/is.test(arg) ? HIDDEN : withoutCredentials(arg)
  })
}

/** `https://ada:secret@db1` → `https://db1`: no server is asked with them. */
export function withoutCredentials(text: string): string {
  return text.replace(/\b(https?:\/\/)[^\s/?#]*@/gi, '$1')
}
