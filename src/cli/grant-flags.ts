/** What `user grant` and `user revoke` share: which right, and the statement that gives or takes it. */

import { Flags } from '@oclif/core'
import { quoteName } from '../client/quote-influxql.js'
import { OperationError } from './operation-error.js'

export const grantFlags = {
  database: Flags.string({ char: 'd', helpValue: 'NAME', summary: 'The database it is about.' }),
  privilege: Flags.option({ options: ['read', 'write', 'all'] as const })({
    default: 'all' as const,
    summary: 'What may be done with the database.',
  }),
  admin: Flags.boolean({ summary: 'Everything, everywhere, instead.' }),
}

interface GrantFlagValues {
  readonly database?: string
  readonly privilege: string
  readonly admin: boolean
}

export function grantStatement(verb: 'GRANT' | 'REVOKE', user: string, flags: GrantFlagValues): string {
  const direction = verb === 'GRANT' ? 'TO' : 'FROM'
  if (flags.admin) return `${verb} ALL PRIVILEGES ${direction} ${quoteName(user)}`
  if (flags.database === undefined) {
    throw new OperationError('no database named', { exit: 'usage', hint: 'add --database NAME, or --admin' })
  }
  return `${verb} ${flags.privilege.toUpperCase()} ON ${quoteName(flags.database)} ${direction} ${quoteName(user)}`
}
