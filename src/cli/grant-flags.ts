/** What `user grant` and `user revoke` share: which right, and how it is given or taken. */

import { Flags } from '@oclif/core'
import { quoteName } from '../client/quote-influxql.js'
import { runStatement } from '../client/run-statement.js'
import { type TargetFlagValues, withTarget } from './open-target.js'
import { OperationError } from './operation-error.js'

export const grantFlags = {
  database: Flags.string({ char: 'd', helpValue: 'NAME', summary: 'The database it is about.' }),
  privilege: Flags.option({ options: ['read', 'write', 'all'] as const })({
    default: 'all' as const,
    summary: 'What may be done with the database.',
  }),
  admin: Flags.boolean({ default: false, summary: 'Everything, everywhere, instead.' }),
}

interface GrantFlagValues extends TargetFlagValues {
  readonly database?: string
  readonly privilege: string
  readonly admin: boolean
}

type Verb = 'GRANT' | 'REVOKE'

/** Resolves to what was run, and what it was about. */
export async function changeRight(verb: Verb, name: string, flags: GrantFlagValues) {
  const statement = grantStatement(verb, name, flags)
  await withTarget(flags, (target) => runStatement(target, statement))
  return {
    statement,
    name,
    admin: flags.admin,
    database: flags.admin ? null : (flags.database ?? null),
    privilege: flags.admin ? null : flags.privilege,
  }
}

function grantStatement(verb: Verb, user: string, flags: GrantFlagValues): string {
  const direction = verb === 'GRANT' ? 'TO' : 'FROM'
  if (flags.admin) return `${verb} ALL PRIVILEGES ${direction} ${quoteName(user)}`
  if (flags.database === undefined) {
    throw new OperationError('no database named', { exit: 'usage', hint: 'add --database NAME, or --admin' })
  }
  return `${verb} ${flags.privilege.toUpperCase()} ON ${quoteName(flags.database)} ${direction} ${quoteName(user)}`
}
