/** A command line as it may be written down: no password, neither as a flag nor in a statement. */

const HIDDEN = '(hidden)'
const SECRET_FLAG = /^--?password$/

export function hideSecrets(args: readonly string[]): string[] {
  return args.map((arg, index) => {
    if (index > 0 && SECRET_FLAG.test(args[index - 1])) return HIDDEN
    const [flag] = arg.split('=', 1)
    if (SECRET_FLAG.test(flag) && arg !== flag) return `${flag}=${HIDDEN}`
    // CREATE USER … WITH PASSWORD '…', SET PASSWORD FOR … = '…'
    return /\bpassword\b.*'/is.test(arg) ? HIDDEN : arg
  })
}
