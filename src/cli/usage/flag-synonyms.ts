/** Other programs' words for our flags: what somebody types who has not read the help yet. */

/** In the order of preference: a command has some of them only. */
const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  addr: ['bind', 'host'],
  address: ['bind', 'host'],
  cert: ['ca-file'],
  count: ['max-rows', 'top'],
  db: ['database'],
  database: ['db'],
  dest: ['out', 'to', 'into'],
  dir: ['data-dir', 'out', 'repo', 'state'],
  directory: ['data-dir', 'out', 'repo', 'state'],
  delete: ['yes'],
  epoch: ['precision'],
  follow: ['watch'],
  force: ['yes', 'if-exists'],
  from: ['start', 'since', 'source'],
  host: ['bind', 'source'],
  input: ['file'],
  limit: ['max-rows', 'rate', 'count', 'top'],
  listen: ['bind'],
  org: ['database'],
  output: ['out', 'format', 'save'],
  parallel: ['jobs'],
  parallelism: ['jobs'],
  pass: ['password-file'],
  path: ['data-dir', 'file', 'out', 'repo', 'into'],
  policy: ['rp'],
  port: ['bind', 'host'],
  precision: ['epoch'],
  query: ['execute'],
  repository: ['repo'],
  retention: ['rp', 'rp-duration'],
  'retention-policy': ['rp'],
  server: ['host', 'source'],
  since: ['start'],
  statement: ['execute'],
  table: ['measurement'],
  target: ['to', 'into', 'host'],
  threads: ['jobs'],
  to: ['end', 'until', 'out', 'host'],
  token: ['token-file'],
  until: ['end'],
  uri: ['host'],
  url: ['host', 'source'],
  user: ['username'],
  workers: ['jobs'],
}

/** The flag of this command that means the same; null when none does. */
export function flagOfSynonym(typed: string, flags: readonly string[]): string | null {
  const meant = Object.hasOwn(SYNONYMS, typed) ? SYNONYMS[typed] : []
  return meant.find((name) => flags.includes(name)) ?? null
}
