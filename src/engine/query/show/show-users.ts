/** SHOW USERS and SHOW GRANTS, in order of creation. */

import { HyperbyteError } from '../../domain/errors.js'
import type { MetaState } from '../../metadata/meta-state.js'
import type { SeriesFrame } from '../result.js'
import { booleanColumn, listFrame, textColumn } from '../text-frame.js'

export function* showUsers(state: MetaState): Iterable<SeriesFrame> {
  const users = [...state.users.values()]
  yield listFrame('', [
    textColumn(
      'user',
      users.map((user) => user.name),
    ),
    booleanColumn(
      'admin',
      users.map((user) => user.isAdmin),
    ),
  ])
}

export function* showGrants(name: string, state: MetaState): Iterable<SeriesFrame> {
  const user = state.users.get(name)
  if (user === undefined) throw new HyperbyteError('invalid', 'user not found')
  yield listFrame('', [
    textColumn('database', [...user.grants.keys()]),
    textColumn('privilege', [...user.grants.values()]),
  ])
}
