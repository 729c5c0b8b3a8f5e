/** CREATE and DROP SUBSCRIPTION as decisions: statement and state in, command out. */

import { HyperbyteError } from '../../domain/errors.js'
import type { Statement } from '../../influxql/ast.js'
import type { Database, MetaCommand, MetaState } from '../../metadata/meta-state.js'

type CreateSubscription = Extract<Statement, { kind: 'create-subscription' }>
type DropSubscription = Extract<Statement, { kind: 'drop-subscription' }>

export function planCreateSubscription(statement: CreateSubscription, state: MetaState): MetaCommand {
  const { name, retentionPolicy, mode, destinations } = statement
  for (const destination of destinations) checkDestination(destination)
  const database = findPlace(statement, state)
  if (isSubscribed(database, statement)) throw new HyperbyteError('conflict', 'subscription already exists')
  return {
    kind: 'create-subscription',
    database: database.name,
    subscription: { retentionPolicy, name, mode, destinations },
  }
}

export function planDropSubscription(statement: DropSubscription, state: MetaState): MetaCommand {
  const database = findPlace(statement, state)
  if (!isSubscribed(database, statement)) throw new HyperbyteError('invalid', 'subscription not found')
  const { name, retentionPolicy } = statement
  return { kind: 'drop-subscription', database: database.name, retentionPolicy, name }
}

type Place = Pick<DropSubscription, 'database' | 'retentionPolicy' | 'name'>

function findPlace({ database, retentionPolicy }: Place, state: MetaState): Database {
  const known = state.databases.get(database)
  if (known === undefined) throw new HyperbyteError('database-not-found', `database not found: ${database}`)
  if (!known.retentionPolicies.some(({ name }) => name === retentionPolicy)) {
    throw new HyperbyteError('retention-policy-not-found', `retention policy not found: ${retentionPolicy}`)
  }
  return known
}

function isSubscribed({ subscriptions = [] }: Database, { retentionPolicy, name }: Place): boolean {
  return subscriptions.some((known) => known.retentionPolicy === retentionPolicy && known.name === name)
}

/** Scheme, host and port, as influxd 1.6.7 takes them; a host needs no name. */
const DESTINATION = /^(?:udp|https?):\/\/(?:[^/?@]*@)?(?:\[[0-9a-f:.%]*\]|[^/?:@[\] %]*):\d+(?:[/?].*)?$/i
const CONTROL = /\p{Cc}/u
const BAD_ESCAPE = /%(?![0-9a-f]{2})/i

function checkDestination(destination: string): void {
  if (DESTINATION.test(destination) && !CONTROL.test(destination) && !BAD_ESCAPE.test(destination)) return
  throw new HyperbyteError('invalid', `invalid subscription URL: ${destination}`)
}
